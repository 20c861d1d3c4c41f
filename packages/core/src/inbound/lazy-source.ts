import { ClosedError } from "../errors/closed-error.ts";
import type { Issue } from "../errors/issues.ts";
import type { Deadline } from "../kit/deadline.ts";
import type { Delivery, Settlement } from "./delivery.ts";
import type { Intake, Source } from "./source.ts";

/** How a source is opened that takes a request, or a driver, to open. */
export interface LazySourceOptions<D extends Delivery> {
  /** What is opened says the same; a consumer has to know it before. */
  readonly redelivery: Source<D>["redelivery"];
  /** Opens the source; called once, when the consumer begins to receive. A rejection ends the consumer. */
  readonly open: (signal: AbortSignal) => Promise<Source<D>>;
  /** What is wrong with the options that it will be opened with. Default: nothing that is known. */
  readonly faults?: readonly Issue[] | undefined;
  /** Called for each delivery that was handled, once the source has confirmed that it is acknowledged. Must not reject. */
  readonly onDone?: ((delivery: D) => Promise<void>) | undefined;
}

/** A source that is opened when it is run, so that who starts a consumer need not wait for that. */
export class LazySource<D extends Delivery> implements Source<D> {
  readonly redelivery: Source<D>["redelivery"];
  readonly faults: readonly Issue[];
  readonly #open: LazySourceOptions<D>["open"];
  readonly #onDone: LazySourceOptions<D>["onDone"];
  #source: Source<D> | undefined;

  constructor({ redelivery, open, faults = [], onDone }: LazySourceOptions<D>) {
    this.redelivery = redelivery;
    this.faults = faults;
    this.#open = open;
    this.#onDone = onDone;
  }

  async run(intake: Intake<D>, options: { readonly signal: AbortSignal }): Promise<void> {
    this.#source = await this.#open(options.signal);
    await this.#source.run(intake, options);
  }

  async settle(delivery: D, settlement: Settlement<D>): Promise<void> {
    await this.#opened().settle(delivery, settlement);
    if (settlement.kind === "done") await this.#onDone?.(delivery);
  }

  async release(deliveries: readonly D[]): Promise<void> {
    await this.#opened().release(deliveries);
  }

  async close(options: { readonly deadline: Deadline }): Promise<void> {
    await this.#source?.close?.(options);
  }

  details(): Readonly<Record<string, unknown>> {
    return this.#source?.details?.() ?? {};
  }

  #opened(): Source<D> {
    // A delivery came from an open source; without one there is none to settle.
    if (this.#source === undefined) throw new ClosedError("The source");
    return this.#source;
  }
}
