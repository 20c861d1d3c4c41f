import { ClosedError } from "../errors/closed-error.ts";
import type { Issue } from "../errors/issues.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import type { Deadline } from "../kit/deadline.ts";
import type { Delivery, Settlement } from "./delivery.ts";
import type { Intake, Source } from "./source.ts";

/** How to open a source for which a request has to be made, or a driver loaded. */
export interface LazySourceOptions<D extends Delivery> {
  /** The same as that of the source that is opened: a consumer needs it before. */
  readonly redelivery: Source<D>["redelivery"];
  /**
   * Opens the source; called once, when the consumer begins to receive. A rejection ends the consumer. It
   * calls `onTrouble` if something fails that it tries again: `health()` shows that until the source is open.
   */
  readonly open: (signal: AbortSignal, onTrouble: (error: WirekitError) => void) => Promise<Source<D>>;
  /** Faults of the options that it will be opened with. Default: none. */
  readonly faults?: readonly Issue[] | undefined;
  /**
   * Called for each delivery that was handled, once the source has confirmed that it is acknowledged. Must
   * not reject.
   */
  readonly onDone?: ((delivery: D) => Promise<void>) | undefined;
}

/** A source that is opened when it is run, so that starting a consumer need not wait for it. */
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
    let isTroubled = false;
    const onTrouble = (error: WirekitError): void => {
      isTroubled = true;
      intake.fault(error);
    };
    this.#source = await this.#open(options.signal, onTrouble);
    if (isTroubled) intake.recovered();
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
    // Every delivery came from an open source.
    if (this.#source === undefined) throw new ClosedError("The source");
    return this.#source;
  }
}
