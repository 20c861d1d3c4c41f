import { setTimeout as pause } from "node:timers/promises";
import type { Expectations, Screen } from "@wirekit/demo-screen";
import type { Booking } from "../ledger.ts";
import type { Payment } from "../payment.ts";
import type { PaymentDesk } from "../payment-desk.ts";
import type { FoundDeadLetter } from "./dead-letters.ts";
import type { InstanceReport } from "./instance.ts";
import type { PaymentDay } from "./payment-day.ts";
import type { Stage } from "./stage.ts";

/** A day of payments on one bus, as far as it has come. */
export interface Play {
  readonly stage: Stage;
  readonly screen: Screen;
  readonly expectations: Pick<Expectations, "expect">;
  readonly day: PaymentDay;
  readonly desk: PaymentDesk;
  /** In the order in which they were sent; copies are not in it. */
  readonly sent: Payment[];
  readonly sentMs: number[];
  /** When each payment was sent, by its reference. */
  readonly sentAt: Map<string, number>;
  /** How long each answer took, by the reference of its payment. */
  readonly answeredMs: Map<string, number>;
  readonly deadLetters: FoundDeadLetter[];
  readonly reports: InstanceReport[];
}

/** A demo that waits longer than this for anything has failed. */
export const giveUpMs = 120_000;

/** How a time in the middle of a rush is told: so many payments of it are booked. */
export const middleOfRush = 40;
const rushWaves = 20;
const betweenWavesMs = 100;
/** Long enough that acknowledgements which are gathered for a second have been taken. */
const wavesSideBySide = 20;

/** Sends each payment on its own; the bus gathers them. Resolves once it has all of them. */
export async function pay(play: Play, payments: readonly Payment[]): Promise<void> {
  await Promise.all(
    payments.map(async (payment) => {
      const startedAt = performance.now();
      play.sent.push(payment);
      play.sentAt.set(payment.reference, startedAt);
      await play.desk.pay(payment);
      play.sentMs.push(performance.now() - startedAt);
    }),
  );
}

/**
 * Twenty payments of each customer at once. Resolves when so many are booked that the rest is in the middle
 * of its way.
 */
export async function rush(play: Play): Promise<{ readonly paid: Promise<void> }> {
  const before = (await play.stage.ledger.read()).length;
  const paid = pay(play, Array.from({ length: rushWaves }, () => play.day.wave()).flat());
  // Who awaits it comes later than a failure might.
  paid.catch(() => {});
  await bookingsUntil(play, (bookings) => bookings.length >= before + middleOfRush);
  return { paid };
}

/**
 * Sends payments, wave after wave, until all of these instances have booked some and then worked side by side
 * for a while.
 */
export async function payUntilAtWork(play: Play, names: readonly string[]): Promise<void> {
  const before = (await play.stage.ledger.read()).length;
  const endsAt = performance.now() + giveUpMs;
  let waves = 0;
  while (waves < wavesSideBySide) {
    await pay(play, play.day.wave());
    await pause(betweenWavesMs);
    const booked = (await play.stage.ledger.read()).slice(before);
    const areAllAtWork = names.every((name) => booked.some(({ bookedBy }) => bookedBy === name));
    if (areAllAtWork) waves += 1;
    if (performance.now() > endsAt) throw new Error(`not all of ${names.join(", ")} are at work`);
  }
}

/** Resolves when every payment is booked that can be. */
export async function everythingBooked(play: Play): Promise<readonly Booking[]> {
  const dead = new Set(play.deadLetters.map(({ idempotencyKey }) => idempotencyKey));
  return await bookingsUntil(play, (bookings) => {
    const booked = new Set(bookings.map(({ idempotencyKey }) => idempotencyKey));
    return play.sent.every(({ idempotencyKey }) => booked.has(idempotencyKey) || dead.has(idempotencyKey));
  });
}

/** Resolves with the ledger when it holds enough. */
export async function bookingsUntil(
  play: Play,
  isEnough: (bookings: readonly Booking[]) => boolean,
): Promise<readonly Booking[]> {
  const endsAt = performance.now() + giveUpMs;
  for (;;) {
    const bookings = await play.stage.ledger.read();
    if (isEnough(bookings)) return bookings;
    if (performance.now() > endsAt)
      throw new Error(
        `${bookings.length} lines are in the ledger after ${giveUpMs} ms, of ${play.sent.length} payments`,
      );
    await pause(10);
  }
}

/** Resolves when every booked payment is answered. */
export async function everythingAnswered(play: Play): Promise<void> {
  const endsAt = performance.now() + giveUpMs;
  while (play.answeredMs.size < play.sent.length - play.deadLetters.length && performance.now() < endsAt) {
    await pause(10);
  }
}
