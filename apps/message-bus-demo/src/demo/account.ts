import type { Booking } from "../ledger.ts";
import type { Payment } from "../payment.ts";

/** Where every payment is at the end. Counts payments, not messages: sent = booked + dead letters + lost. */
export interface Account {
  readonly sent: number;
  readonly booked: number;
  readonly deadLettered: number;
  readonly lost: number;
  /** Booked after a later payment of the same customer. */
  readonly outOfOrder: number;
  /** Lines of the ledger that are copies. */
  readonly bookedAgain: readonly BookedAgain[];
  readonly answered: number;
}

/** A line of the ledger that is a copy. */
export interface BookedAgain {
  readonly reference: string;
  /** The instance that booked it first. */
  readonly first: string;
  /** The one that booked it again. */
  readonly again: string;
}

export interface Evidence {
  /** In the order in which they were sent. */
  readonly sent: readonly Payment[];
  readonly bookings: readonly Booking[];
  /** Idempotency keys. */
  readonly deadLetters: readonly string[];
  /** References. */
  readonly answers: readonly string[];
}

export function accountOf({ sent, bookings, deadLetters, answers }: Evidence): Account {
  const firstBookings = new Map<string, Booking>();
  const bookedAgain: BookedAgain[] = [];
  for (const booking of bookings) {
    const first = firstBookings.get(booking.idempotencyKey);
    if (first === undefined) firstBookings.set(booking.idempotencyKey, booking);
    else bookedAgain.push({ reference: booking.reference, first: first.bookedBy, again: booking.bookedBy });
  }
  const dead = new Set(deadLetters);
  const answered = new Set(answers);
  const isBooked = ({ idempotencyKey }: Payment) => firstBookings.has(idempotencyKey);
  return {
    sent: sent.length,
    booked: sent.filter(isBooked).length,
    deadLettered: sent.filter(({ idempotencyKey }) => dead.has(idempotencyKey)).length,
    lost: sent.filter((payment) => !isBooked(payment) && !dead.has(payment.idempotencyKey)).length,
    outOfOrder: outOfOrder(sent, [...firstBookings.values()]),
    bookedAgain,
    answered: sent.filter(({ reference }) => answered.has(reference)).length,
  };
}

function outOfOrder(sent: readonly Payment[], bookings: readonly Payment[]): number {
  const sentAs = new Map(sent.map(({ idempotencyKey }, index) => [idempotencyKey, index]));
  const latest = new Map<string, number>();
  let count = 0;
  for (const { idempotencyKey, customer } of bookings) {
    const index = sentAs.get(idempotencyKey) ?? -1;
    if (index < (latest.get(customer) ?? -1)) count += 1;
    else latest.set(customer, index);
  }
  return count;
}
