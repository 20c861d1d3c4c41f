import type { Clock } from "../../clock.ts";
import type { Delivery } from "../../inbound/delivery.ts";
import type { Source } from "../../inbound/source.ts";

/** A message that a case puts into a place. */
export interface PlacedMessage {
  /** No other message of the case has it. */
  readonly name: string;
  /** Messages of one key come in their order. */
  readonly key?: string | undefined;
}

/** Where sources receive from: a queue, a topic. A case has one of its own, which is empty at first. */
export interface SourcePlace<D extends Delivery = Delivery> {
  /** Makes a source that receives from here. A case may make several, one after the other. */
  makeSource(): Source<D>;
  put(message: PlacedMessage): void | Promise<void>;
  /** For a source that bounds by itself what it holds: the `capacity` of its consumers. Absent: any. */
  readonly capacity?: number | undefined;
  /** The name under which the message of a delivery was put here. */
  nameOf(delivery: D): string;
  /** The names of all messages that were acknowledged here, each as often as that happened. */
  acknowledged(): readonly string[] | Promise<readonly string[]>;
  /** What sources and consumers measure time by. */
  readonly clock: Clock;
  /** Lets so much time pass. */
  advance(durationMs: number): Promise<void>;
  /** The next request fails, with an error that may pass. Absent where nothing can fail. */
  failNext?(): void;
  /** From now on no request is answered. Absent where there are no requests. */
  hang?(): void;
  /**
   * Ends all leases: others get the messages. Absent where a delivery stays the source's until it is settled.
   */
  loseLeases?(): void;
  close?(): void | Promise<void>;
}

export interface SourceConformanceOptions {
  /** The longest that anything may take by the clock of the place, in milliseconds. Default 120,000. */
  readonly patienceMs?: number | undefined;
  /**
   * The pause before a retry, in milliseconds. Default 1,000; where time is real, as short as the source
   * allows.
   */
  readonly retryMs?: number | undefined;
}
