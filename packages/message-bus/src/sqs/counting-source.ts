import type { Intake, Settlement, Source } from "@wirekit/core/inbound";
import type { Deadline } from "@wirekit/core/kit";
import type { BusCounters } from "../bus-counters.ts";
import type { SqsBusDelivery } from "./sqs-delivery.ts";
import type { UnsettledMessages } from "./unsettled-messages.ts";

/** A source of a consumer that also keeps the bus's own counts: what was acknowledged, and what is not settled. */
export class CountingSource implements Source<SqsBusDelivery> {
  readonly redelivery: Source<SqsBusDelivery>["redelivery"];
  readonly #source: Source<SqsBusDelivery>;
  readonly #counters: BusCounters;
  readonly #unsettled: UnsettledMessages;

  constructor(
    source: Source<SqsBusDelivery>,
    counts: {
      readonly counters: BusCounters;
      readonly unsettled: UnsettledMessages;
    },
  ) {
    this.redelivery = source.redelivery;
    this.#source = source;
    this.#counters = counts.counters;
    this.#unsettled = counts.unsettled;
  }

  async run(intake: Intake<SqsBusDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    await this.#source.run(intake, options);
  }

  async settle(delivery: SqsBusDelivery, settlement: Settlement<SqsBusDelivery>): Promise<void> {
    await this.#source.settle(delivery, settlement);
    // A message that is left comes again by itself: it is not settled.
    if (settlement.kind === "leave") return;
    this.#unsettled.settled(delivery.receiptHandle);
    if (settlement.kind !== "retry") this.#counters.acknowledged();
  }

  async release(deliveries: readonly SqsBusDelivery[]): Promise<void> {
    await this.#source.release(deliveries);
    for (const { receiptHandle } of deliveries) this.#unsettled.settled(receiptHandle);
  }

  async close(options: { readonly deadline: Deadline }): Promise<void> {
    await this.#source.close?.(options);
  }

  details(): Readonly<Record<string, unknown>> {
    return this.#source.details?.() ?? {};
  }
}
