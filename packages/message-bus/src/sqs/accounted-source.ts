import type { Intake, Settlement, Source } from "@wirekit/core/inbound";
import type { Deadline } from "@wirekit/core/kit";
import type { BusCounters } from "../bus-counters.ts";
import type { SqsBusDelivery } from "./sqs-delivery.ts";
import type { Unacknowledged } from "./unacknowledged.ts";

/** A source whose bus counts what becomes of its messages. */
export class AccountedSource implements Source<SqsBusDelivery> {
  readonly redelivery: Source<SqsBusDelivery>["redelivery"];
  readonly #source: Source<SqsBusDelivery>;
  readonly #counters: BusCounters;
  readonly #unacknowledged: Unacknowledged;

  constructor(
    source: Source<SqsBusDelivery>,
    accounts: { readonly counters: BusCounters; readonly unacknowledged: Unacknowledged },
  ) {
    this.redelivery = source.redelivery;
    this.#source = source;
    this.#counters = accounts.counters;
    this.#unacknowledged = accounts.unacknowledged;
  }

  async run(intake: Intake<SqsBusDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    await this.#source.run(intake, options);
  }

  async settle(delivery: SqsBusDelivery, settlement: Settlement<SqsBusDelivery>): Promise<void> {
    await this.#source.settle(delivery, settlement);
    // What is left comes again, and nobody has given it back.
    if (settlement.kind === "leave") return;
    this.#unacknowledged.settled(delivery.receiptHandle);
    if (settlement.kind !== "retry") this.#counters.acknowledged();
  }

  async release(deliveries: readonly SqsBusDelivery[]): Promise<void> {
    await this.#source.release(deliveries);
    for (const { receiptHandle } of deliveries) this.#unacknowledged.settled(receiptHandle);
  }

  async close(options: { readonly deadline: Deadline }): Promise<void> {
    await this.#source.close?.(options);
  }

  details(): Readonly<Record<string, unknown>> {
    return this.#source.details?.() ?? {};
  }
}
