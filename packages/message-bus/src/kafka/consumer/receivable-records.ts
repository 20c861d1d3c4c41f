import { type Clock, type Logger, systemClock } from "@wirekit/core";
import type { FetchBuffer } from "@wirekit/core/inbound";
import { type QueueEntry, Slots } from "@wirekit/core/kit";
import type { KafkaDelivery, RecordTarget } from "./kafka-delivery.ts";

/** A delivery that may be received, or has been, and keeps its order key until it is settled. */
interface Offer {
  readonly delivery: KafkaDelivery;
  readonly leave: () => void;
}

/** What a {@link ReceivableRecords} tells. */
export interface ReceiverListener {
  /** There is one more to be received. */
  readonly onReady: () => void;
  /** Was received, and is not ours any more. */
  readonly onLost: (delivery: KafkaDelivery) => void;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
}

/** In which order records can be received: each key in its own order, or all as they stand in the log. */
export type ReceiveOrder = "key" | "log";

/**
 * The records that can be received one by one. By key: of each order key the first, and the next when that is
 * settled. By log: all of them, in the order of their offsets in each partition.
 */
export class ReceivableRecords implements RecordTarget {
  readonly #slots: Slots<KafkaDelivery>;
  readonly #listener: ReceiverListener;
  readonly #ready = new Map<string, Offer>();
  readonly #received = new Map<string, Offer>();

  constructor(order: ReceiveOrder, listener: ReceiverListener) {
    const { logger, clock = systemClock } = listener;
    this.#listener = listener;
    this.#slots = new Slots({
      concurrency: Number.MAX_SAFE_INTEGER,
      keyOf: ({ key }) => (order === "key" ? key : undefined),
      run: (delivery) => this.#offer(delivery),
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
    const [offer] = this.#ready.values();
    if (offer === undefined) return undefined;
    const { delivery } = offer;
    this.#ready.delete(delivery.id);
    this.#received.set(delivery.id, offer);
    return delivery;
  }

  /** What was received under this receipt handle and is not done with. */
  received(receiptHandle: string): KafkaDelivery | undefined {
    return this.#received.get(receiptHandle)?.delivery;
  }

  /** What was received of the partition of this delivery and is not done with, up to the delivery itself. */
  receivedUpTo({ record: { partition, offset } }: KafkaDelivery): KafkaDelivery[] {
    const received = [...this.#received.values()].map(({ delivery }) => delivery);
    return received.filter(({ record }) => record.partition === partition && record.offset <= offset);
  }

  /** The delivery is done with; the next of its order key may be received. */
  done({ id }: KafkaDelivery): void {
    const offer = this.#received.get(id);
    this.#received.delete(id);
    offer?.leave();
  }

  close(): void {
    this.#slots.stop();
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

  takeWaiting(): KafkaDelivery[] {
    const ready = [...this.#ready.values()];
    // What is behind them leaves first: it would take their places.
    const behind = this.#slots.takeWaiting();
    this.#ready.clear();
    for (const { leave } of ready) leave();
    return [...ready.map(({ delivery }) => delivery), ...behind];
  }

  /** Told by the source's own details, and asked for there. */
  fault(): void {}
  recovered(): void {}

  #offer(delivery: KafkaDelivery): Promise<void> {
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
