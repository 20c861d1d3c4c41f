import type { WirekitError } from "../errors/wirekit-error.ts";
import type { Delivery } from "./delivery.ts";
import type { Processed, ProcessorOptions } from "./processor-options.ts";
import type { ProcessorStats } from "./processor-stats.ts";
import type { Source } from "./source.ts";

/** What a consumer is made of: a source, how many messages at once, and how each is processed. */
export interface ConsumerOptions<D extends Delivery, Message = unknown, Result = unknown>
  extends Omit<ProcessorOptions<D, Message, Result>, "settle" | "release"> {
  readonly source: Source<D>;
  /** The most handlers that run at once. Default 10. */
  readonly concurrency?: number | undefined;
  /** The most deliveries that are held, running or waiting. Default: `concurrency` + 10. */
  readonly capacity?: number | undefined;
}

/** What a consumer tells as it happens. */
export interface ConsumerEvents<D extends Delivery> {
  /** A delivery has come to its end. */
  readonly processed: Processed<D>;
  /** The source cannot receive, and goes on trying. Once for each change of state. */
  readonly fault: { readonly error: WirekitError };
  /** The source receives again. */
  readonly recovered: { readonly afterMs: number };
  /** The consumer has ended: with an error when it stopped by itself. */
  readonly stopped: { readonly error?: WirekitError | undefined };
}

/** What a consumer has done, and what it holds. `received` is at any time the sum of the five outcomes, `waiting` and `processing`. */
export interface ConsumerStats extends ProcessorStats {
  readonly received: number;
  /** Waiting for a slot, for their key, or for the time of their retry. */
  readonly waiting: number;
  /** Slots that are taken; also by a handler that ignores its time-out. */
  readonly running: number;
}

/** How a consumer is. */
export interface ConsumerHealth {
  /** `degraded`: it cannot receive and goes on trying. `failed`: it has stopped by itself. */
  readonly status: "running" | "degraded" | "closing" | "closed" | "failed";
  /** Why it is degraded, or has failed. */
  readonly error?: WirekitError | undefined;
  /** What the source says of itself. */
  readonly source: Readonly<Record<string, unknown>>;
}

/** What `close` left undone. */
export interface ConsumerCloseReport<D extends Delivery> {
  /** Not handled: given back to the source where nothing of ours works on it any more, else left to its lease. */
  readonly left: readonly D[];
}
