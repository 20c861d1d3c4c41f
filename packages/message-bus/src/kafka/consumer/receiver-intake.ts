import { type Clock, type Logger, systemClock, WirekitError } from "@wirekit/core";
import type { FetchBuffer, Intake, IntakeReservation } from "@wirekit/core/inbound";
import { type QueueEntry, Slots } from "@wirekit/core/kit";
import type { KafkaDelivery } from "./kafka-delivery.ts";

/** A delivery that may be received, or has been, and keeps its line until it is done with. */
interface Parked {
  readonly delivery: KafkaDelivery;
  readonly leave: () => void;
}

/** What a {@link ReceiverIntake} tells. */
export interface ReceiverListener {
  /** There is one more to be received. */
  readonly onReady: () => void;
  /** Was received, and is not ours any more. */
  readonly onLost: (delivery: KafkaDelivery) => void;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
}

/**
 * Where a source puts what is to be received one by one. Of each line the first can be received, and the next when that is done with; what is waiting and
 * what has been received and is not done with count as one.
 */
export class ReceiverIntake implements Intake<KafkaDelivery> {
  readonly available = Number.POSITIVE_INFINITY;
  readonly #slots: Slots<KafkaDelivery>;
  readonly #listener: ReceiverListener;
  readonly #ready = new Map<string, Parked>();
  readonly #received = new Map<string, Parked>();

  constructor(listener: ReceiverListener) {
    const { logger, clock = systemClock } = listener;
    this.#listener = listener;
    this.#slots = new Slots({
      concurrency: Number.MAX_SAFE_INTEGER,
      keyOf: ({ key }) => key,
      run: (delivery) => this.#park(delivery),
      logger,
      clock,
    });
  }

  /** Received, and neither done with nor lost. */
  get unacknowledged(): number {
    return this.#received.size;
  }

  /** Takes the next one to be received, if there is one. */
  receive(): KafkaDelivery | undefined {
    const [parked] = this.#ready.values();
    if (parked === undefined) return undefined;
    const { delivery } = parked;
    this.#ready.delete(delivery.id);
    this.#received.set(delivery.id, parked);
    return delivery;
  }

  /** What was received under this receipt handle and is not done with. */
  received(receiptHandle: string): KafkaDelivery | undefined {
    return this.#received.get(receiptHandle)?.delivery;
  }

  /** The delivery is done with; the next of its line may be received. */
  done({ id }: KafkaDelivery): void {
    const parked = this.#received.get(id);
    this.#received.delete(id);
    parked?.leave();
  }

  close(): void {
    this.#slots.stop();
  }

  add(delivery: KafkaDelivery): void {
    leaveWithoutLease(delivery, this.#slots.add(delivery));
  }

  pull(buffer: FetchBuffer<KafkaDelivery>): void {
    this.#slots.pull(buffer, leaveWithoutLease);
  }

  /** Nothing is handled here, so that nothing fails. */
  retry(delivery: KafkaDelivery, options: { readonly afterMs: number }): void {
    this.#slots.retry(delivery, options);
  }

  hold(key: string): () => void {
    return this.#slots.hold(key);
  }

  takeWaiting(key?: string): KafkaDelivery[] {
    const ready = [...this.#ready.values()].filter(
      ({ delivery }) => key === undefined || delivery.key === key,
    );
    // What is behind them leaves first: it would take their places.
    const behind = this.#slots.takeWaiting(key);
    for (const { delivery, leave } of ready) {
      this.#ready.delete(delivery.id);
      leave();
    }
    return [...ready.map(({ delivery }) => delivery), ...behind];
  }

  reserve(): Promise<IntakeReservation<KafkaDelivery>> {
    return Promise.reject(new WirekitError("There is always room", { code: "message-bus/no-reservations" }));
  }

  /** Told by the source's own details, and asked for there. */
  fault(): void {}
  recovered(): void {}

  #park(delivery: KafkaDelivery): Promise<void> {
    return new Promise((leave) => {
      this.#ready.set(delivery.id, { delivery, leave });
      delivery.lease.onLost(() => {
        this.#ready.delete(delivery.id);
        if (this.#received.delete(delivery.id)) this.#listener.onLost(delivery);
        leave();
      });
      this.#listener.onReady();
    });
  }
}

function leaveWithoutLease({ lease }: KafkaDelivery, entry: QueueEntry): void {
  lease.onLost(() => {
    entry.leave();
  });
}
