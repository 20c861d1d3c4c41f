import { ClosedError } from "@wirekit/core";
import type { Intake, Settlement, Source } from "@wirekit/core/inbound";
import type { SqsDelivery, SqsSource } from "@wirekit/core/sqs";

/** A source whose queue has yet to be found: that needs a request, and the SDK, which `consume` does not wait for. */
export class QueueSource implements Source<SqsDelivery> {
  readonly redelivery = "by-queue";
  readonly #open: (signal: AbortSignal) => Promise<SqsSource>;
  #source: SqsSource | undefined;

  constructor(open: (signal: AbortSignal) => Promise<SqsSource>) {
    this.#open = open;
  }

  async run(intake: Intake<SqsDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    this.#source = await this.#open(options.signal);
    await this.#source.run(intake, options);
  }

  settle(delivery: SqsDelivery, settlement: Settlement<SqsDelivery>): Promise<void> {
    return this.#opened().settle(delivery, settlement);
  }

  release(deliveries: readonly SqsDelivery[]): Promise<void> {
    return this.#opened().release(deliveries);
  }

  async close(options: { readonly timeoutMs: number }): Promise<void> {
    await this.#source?.close(options);
  }

  details(): Readonly<Record<string, unknown>> {
    return this.#source?.details() ?? {};
  }

  #opened(): SqsSource {
    // A delivery came from an open source; without one there is none to settle.
    if (this.#source === undefined) throw new ClosedError("The queue");
    return this.#source;
  }
}
