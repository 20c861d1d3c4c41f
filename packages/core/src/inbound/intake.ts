import { WirekitError } from "../errors/wirekit-error.ts";
import type { Delivery } from "./delivery.ts";
import type { QueueEntry } from "./key-queues.ts";
import type { Slots } from "./slots.ts";
import type { FetchBuffer, Intake } from "./source.ts";

/** What the intake reports to its consumer. */
export interface IntakeListener<D extends Delivery> {
  readonly isClosing: () => boolean;
  readonly onReceived: (delivery: D) => void;
  /** Came after the consumer had begun to close: it has to be given back. */
  readonly onLate: (delivery: D) => void;
  /** Left before their turn. */
  readonly onLeft: (deliveries: readonly D[], error: WirekitError) => void;
  readonly onFault: (error: unknown, area?: string) => void;
  readonly onRecovered: (area?: string) => void;
}

/**
 * The key by which slots order a delivery. Without a key it is its id, so that a redelivery waits for the one
 * before it.
 */
export function slotKeyOf(delivery: Pick<Delivery, "key" | "id">): string {
  const { key } = delivery;
  // See docs/performance.md, "Texts that are made late".
  return key === undefined ? `\0id ${delivery.id}` : slotKey(key);
}

/** The key itself, unless it could be taken for the id of a delivery without one. */
export function slotKey(key: string): string {
  return key.startsWith("\0") ? `\0key ${key}` : key;
}

/**
 * The way into a consumer's slots: counts what comes in, and takes a delivery out that loses its lease before
 * its turn.
 */
export function createIntake<D extends Delivery>(slots: Slots<D>, listener: IntakeListener<D>): Intake<D> {
  function isLate(delivery: D): boolean {
    if (!listener.isClosing()) return false;
    listener.onReceived(delivery);
    listener.onLate(delivery);
    return true;
  }

  function entered(delivery: D, entry: QueueEntry): void {
    listener.onReceived(delivery);
    leaveWithoutLease(delivery, entry);
  }

  function leaveWithoutLease(delivery: D, entry: QueueEntry): void {
    delivery.lease?.onLost((error) => {
      if (entry.leave()) listener.onLeft([delivery], error);
    });
  }

  return {
    get available() {
      return slots.available;
    },
    reserve: async (request, options) => {
      const reservation = await slots.reserve(request, options);
      return {
        get remaining() {
          return reservation.remaining;
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
    pull: (buffer) => {
      if (listener.isClosing()) return;
      const counted: FetchBuffer<D> = {
        get size() {
          return buffer.size;
        },
        take: () => {
          const delivery = buffer.take();
          if (delivery !== undefined) listener.onReceived(delivery);
          return delivery;
        },
      };
      slots.pull(counted, leaveWithoutLease);
    },
    retry: (delivery, options) => {
      if (!isLate(delivery)) entered(delivery, slots.retry(delivery, options));
    },
    hold: (key) => slots.hold(slotKey(key)),
    takeWaiting: (key) => {
      const waiting = slots.takeWaiting(key === undefined ? undefined : slotKey(key));
      listener.onLeft(waiting, new WirekitError("The message was taken back before its turn", takenBack));
      return waiting;
    },
    fault: listener.onFault,
    recovered: listener.onRecovered,
  };
}

const takenBack = { code: "wirekit/taken-back", retryable: true } as const;
