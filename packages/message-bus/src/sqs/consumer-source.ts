import type { Intake, Settlement, Source } from "@wirekit/core/inbound";
import type { Deadline } from "@wirekit/core/kit";
import { type SqsDelivery, SqsSource } from "@wirekit/core/sqs";
import type { BusCounters } from "../bus-lifecycle.ts";
import type { BusDelivery } from "../consume-options.ts";
import type { ReceivedMessages } from "./received-messages.ts";
import type { ResolvedSqsOptions } from "./sqs-options.ts";
import type { OpenQueue } from "./sqs-queues.ts";

/** A message of a queue on its way through a consumer of the bus. */
export type SqsBusDelivery = SqsDelivery & BusDelivery;

/** What a consumer's source is made of. */
export interface ConsumerSourceOptions {
  readonly target: string;
  readonly queue: OpenQueue;
  readonly visibilityTimeoutMs: number;
  readonly bus: ResolvedSqsOptions;
  readonly received: ReceivedMessages;
  readonly counters: BusCounters;
}

/**
 * Core's source for a queue, which also keeps the bus's own counts: what was received, acknowledged, and not
 * settled.
 */
export class ConsumerSource implements Source<SqsBusDelivery> {
  readonly redelivery = "by-queue";
  readonly #source: Source<SqsBusDelivery>;
  readonly #counters: BusCounters;
  readonly #received: ReceivedMessages;

  constructor({ target, queue, visibilityTimeoutMs, bus, received, counters }: ConsumerSourceOptions) {
    const { timeoutMs, logger, clock, random, retry } = bus;
    this.#counters = counters;
    this.#received = received;
    this.#source = new SqsSource<SqsBusDelivery>({
      sqs: queue.sqs,
      queueUrl: queue.url,
      visibilityTimeoutMs,
      timeoutMs,
      retry,
      logger,
      clock,
      random,
      toDelivery: (delivery) => {
        const facts = received.add(target, delivery);
        // After that another receiver has it: it is not left for us to settle.
        delivery.lease.onLost(() => received.settle(facts.receiptHandle));
        return { ...delivery, bytes: Buffer.byteLength(delivery.body), received: facts };
      },
    });
  }

  async run(intake: Intake<SqsBusDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    await this.#source.run(intake, options);
  }

  async settle(delivery: SqsBusDelivery, settlement: Settlement<SqsBusDelivery>): Promise<void> {
    await this.#source.settle(delivery, settlement);
    // A message that is left comes again by itself: it is not settled.
    if (settlement.kind === "leave") return;
    this.#received.settle(delivery.receiptHandle);
    if (settlement.kind !== "retry") this.#counters.acknowledged();
  }

  async release(deliveries: readonly SqsBusDelivery[]): Promise<void> {
    await this.#source.release(deliveries);
    for (const { receiptHandle } of deliveries) this.#received.settle(receiptHandle);
  }

  async close(options: { readonly deadline: Deadline }): Promise<void> {
    await this.#source.close?.(options);
  }

  details(): Readonly<Record<string, unknown>> {
    return this.#source.details?.() ?? {};
  }
}
