import type { Issue } from "../errors/issues.ts";
import type { Deadline } from "../kit/deadline.ts";
import type { WaitOptions } from "../kit/waiting.ts";
import type { Delivery, Settlement } from "./delivery.ts";

/** Capacity that a source keeps for what it is about to receive. */
export interface IntakeReservation<D extends Delivery> {
  /** How many deliveries it is still good for. */
  readonly remaining: number;
  /** As `Intake.add`, on this reservation. */
  add(delivery: D): void;
  /** Gives back what remains. */
  release(): void;
}

/**
 * What a source has fetched and not handed over yet. A consumer takes from it one by one, as slots become
 * free, so that what waits costs no more than its owner makes of it.
 */
export interface FetchBuffer<Item> {
  /** How many are left. */
  readonly size: number;
  /** Takes the next one out; `undefined` if there is none. */
  take(): Item | undefined;
}

/** Where a source puts what it receives. */
export interface Intake<D extends Delivery> {
  /** How many deliveries can be added now. */
  readonly available: number;
  /**
   * Reserves capacity before a receive, so that what comes can be added. Waits until `atLeast` (default 1)
   * are available; takes up to `atMost` (default: `preferred`).
   *
   * A source for which a request costs the same whatever it brings gives `preferred`, and waits for that many
   * (default: `atLeast`). A slot never stands idle for that: once one has, for a tenth of a second, with no
   * reservation open, `atLeast` is enough.
   *
   * @throws ClosedError when the consumer closes; TimeoutError; the signal's own reason.
   */
  reserve(
    request: {
      readonly atLeast?: number | undefined;
      readonly preferred?: number | undefined;
      readonly atMost?: number | undefined;
    },
    options?: WaitOptions,
  ): Promise<IntakeReservation<D>>;
  /**
   * Hands a delivery over; from here on it gets exactly one settlement, or is released, or loses its lease.
   * After the consumer has begun to close, it is released at once.
   *
   * @throws QueueFullError beyond the consumer's capacity.
   */
  add(delivery: D): void;
  /**
   * Takes deliveries from the buffer, one by one, as slots become free, until it is empty; each counts as
   * handed over then. For a source that bounds by itself what it holds. Call it again when the buffer has
   * grown. Does nothing after the consumer has begun to close.
   */
  pull(buffer: FetchBuffer<D>): void;
  /**
   * Hands a delivery over again, at the head of its key, not to run before `afterMs`: how a source that holds
   * its messages itself carries a retry out. Call it from within `settle`.
   */
  retry(delivery: D, options: { readonly afterMs: number }): void;
  /** Lets nothing of `key` begin until the returned function is called. */
  hold(key: string): () => void;
  /**
   * Takes all deliveries out that wait, of `key` if one is given, in order for each key. They are the
   * source's again, and count as left.
   */
  takeWaiting(key?: string): D[];
  /**
   * The source cannot receive, and goes on trying. Shown by `health()` until `recovered` is called. With an
   * `area`, it is something else that fails: `"renewing leases"`.
   */
  fault(error: unknown, area?: string): void;
  /** The source receives (again), or the area works. */
  recovered(area?: string): void;
}

/** Where messages come from and how they are settled there. Knows nothing of schemas and handlers. */
export interface Source<D extends Delivery> {
  /**
   * How a message that was not acknowledged comes back. `"by-queue"`: it is received again (SQS), so that the
   * consumer gives back what waits behind it in its key, or that would run before it. `"in-place"`: by
   * `Intake.retry` (Kafka), at the head of its key.
   */
  readonly redelivery: "by-queue" | "in-place";
  /**
   * Faults of its options, if it is opened later than it is given them. A consumer with such a source refuses
   * to start.
   */
  readonly faults?: readonly Issue[] | undefined;
  /**
   * Receives into `intake` until the signal fires, then ends at once, without waiting for a poll that is
   * under way. Retries faults that may pass, and tells the intake of them; a rejection ends the consumer.
   */
  run(intake: Intake<D>, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Carries a settlement out; resolves once it is certain. */
  settle(delivery: D, settlement: Settlement<D>): Promise<void> | void;
  /**
   * Gives back deliveries that were not begun or not handled, in order for each key, so that others get them
   * without delay.
   */
  release(deliveries: readonly D[]): Promise<void> | void;
  /**
   * Finishes what was settled and lets go of everything, before the deadline. Called once, after `run` has
   * ended.
   */
  close?(options: { readonly deadline: Deadline }): Promise<void> | void;
  /** What the source says of its own state, for `health()`: lag, assignment, last receive. */
  details?(): Readonly<Record<string, unknown>>;
}
