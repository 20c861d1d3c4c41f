import { WirekitError } from "../errors/wirekit-error.ts";
import type { WaitOptions } from "../kit/waiting.ts";
import type { Delivery } from "./delivery.ts";
import type { ReservationRequest } from "./places.ts";
import type { Backlog, Place } from "./slot-types.ts";
import type { Slots } from "./slots.ts";
import type { Intake, IntakeReservation } from "./source.ts";

/** What the intake tells the consumer it belongs to. */
export interface IntakeListener<D extends Delivery> {
  /** Whether nothing more is taken. */
  readonly isClosing: () => boolean;
  readonly onReceived: (delivery: D) => void;
  /** Came after the end: to be given back. */
  readonly onLate: (delivery: D) => void;
  /** Left the line before their turn. */
  readonly onLeft: (deliveries: readonly D[], error: WirekitError) => void;
  readonly onFault: (error: unknown) => void;
  readonly onRecovered: () => void;
}

/** The line of a message: its key's; or its own, so that a redelivery waits until the delivery before it has ended. */
export function lineOf(delivery: Pick<Delivery, "key" | "id">): string {
  const { key } = delivery;
  // The id is read only where it is needed: some sources make it then.
  return key === undefined ? `\0id ${delivery.id}` : keyLine(key);
}

/** The line of a key: the key itself, as a text made for each message would have to be hashed anew, unless it could be taken for an id's. */
export function keyLine(key: string): string {
  return key.startsWith("\0") ? `\0key ${key}` : key;
}

/** The door of a consumer's slots: counts what comes in, and takes a delivery out again that loses its lease before its turn. */
export function createIntake<D extends Delivery>(slots: Slots<D>, listener: IntakeListener<D>): Intake<D> {
  function isLate(delivery: D): boolean {
    if (!listener.isClosing()) return false;
    listener.onReceived(delivery);
    listener.onLate(delivery);
    return true;
  }

  function entered(delivery: D, place: Place): void {
    listener.onReceived(delivery);
    leaveWithoutLease(delivery, place);
  }

  function leaveWithoutLease(delivery: D, place: Place): void {
    delivery.lease?.onLost((error) => {
      if (place.leave()) listener.onLeft([delivery], error);
    });
  }

  return {
    get room() {
      return slots.room;
    },
    async reserve(request: ReservationRequest, options?: WaitOptions): Promise<IntakeReservation<D>> {
      const reservation = await slots.reserve(request, options);
      return {
        get places() {
          return reservation.places;
        },
        add: (delivery) => {
          if (!isLate(delivery)) entered(delivery, reservation.add(delivery));
        },
        release: () => reservation.release(),
      };
    },
    add: (delivery) => {
      if (!isLate(delivery)) entered(delivery, slots.add(delivery));
    },
    draw: (backlog) => {
      if (listener.isClosing()) return;
      const counted: Backlog<D> = {
        get size() {
          return backlog.size;
        },
        take: () => {
          const delivery = backlog.take();
          if (delivery !== undefined) listener.onReceived(delivery);
          return delivery;
        },
      };
      slots.draw(counted, leaveWithoutLease);
    },
    retry: (delivery, options) => {
      if (!isLate(delivery)) entered(delivery, slots.retry(delivery, options));
    },
    hold: (key) => slots.hold(keyLine(key)),
    takeWaiting: (key) => {
      const waiting = slots.takeWaiting(key === undefined ? undefined : keyLine(key));
      listener.onLeft(waiting, new WirekitError("The message was taken back before its turn", takenBack));
      return waiting;
    },
    fault: listener.onFault,
    recovered: listener.onRecovered,
  };
}

const takenBack = { code: "wirekit/taken-back", retryable: true } as const;
