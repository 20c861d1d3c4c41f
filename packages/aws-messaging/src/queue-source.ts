import { ClosedError } from "@wirekit/core";
import type { Intake, Settlement, Source } from "@wirekit/core/inbound";
import type { SqsDelivery, SqsSource } from "@wirekit/core/sqs";

/** A source whose queue has yet to be found: that needs a request, and the SDK, which `consume` does not wait for. */
export class QueueSource implements Source<SqsDelivery> {
  readonly redelivery = "by-queue";
  readonly #open: (signal: AbortSignal) => Promise<SqsSource>;
  readonly #onDone: (delivery: SqsDelivery) => Promise<void>;
  #source: SqsSource | undefined;

  /** `onDone` is called for each message that was handled, once the queue has confirmed that it is deleted. Must not reject. */
  constructor(
    open: (signal: AbortSignal) => Promise<SqsSource>,
    onDone: (delivery: SqsDelivery) => Promise<void>,
  ) {
    this.#open = open;
    this.#onDone = onDone;
  }

  async run(intake: Intake<SqsDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    this.#source = await this.#open(options.signal);
    await this.#source.run(intake, options);
  }

  async settle(delivery: SqsDelivery, settlement: Settlement<SqsDelivery>): Promise<void> {
    await this.#opened().settle(delivery, settlement);
    if (settlement.kind === "done") await this.#onDone(delivery);
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
