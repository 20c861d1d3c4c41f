import type { Issue } from "../errors/issues.ts";
import type { WaitOptions } from "../kit/waiting.ts";
import type { Delivery, Settlement } from "./delivery.ts";
import type { ReservationRequest } from "./places.ts";
import type { Backlog } from "./slot-types.ts";

/** Places that a source keeps for what it is about to receive. */
export interface IntakeReservation<D extends Delivery> {
  /** How many are left. */
  readonly places: number;
  /** As `Intake.add`, in one of these places. */
  add(delivery: D): void;
  /** Gives back what is left. */
  release(): void;
}

/** Where a source puts what it receives. */
export interface Intake<D extends Delivery> {
  /** How many deliveries can be added now. */
  readonly room: number;
  /**
   * Keeps places before a receive, so that what comes has room. Waits until `atLeast` are free; takes up to `atMost`.
   *
   * @throws ClosedError when the consumer closes; TimeoutError; the signal's own reason.
   */
  reserve(request: ReservationRequest, options?: WaitOptions): Promise<IntakeReservation<D>>;
  /**
   * Hands a delivery over; from here on it gets exactly one settlement, or is released, or loses its lease. After the consumer has begun
   * to close it is released at once.
   *
   * @throws QueueFullError beyond the consumer's capacity.
   */
  add(delivery: D): void;
  /**
   * Takes deliveries from the source's backlog, one by one, as slots become free, until it is empty; each counts as handed over then. For a source that
   * bounds by itself what it holds. To be called again when the backlog has grown. After the consumer has begun to close nothing is taken any more.
   */
  draw(backlog: Backlog<D>): void;
  /**
   * Hands a delivery over again, at the head of its key, not to run before `afterMs`: how a source that holds its messages itself carries
   * a retry out. To be called from within `settle`.
   */
  retry(delivery: D, options: { readonly afterMs: number }): void;
  /** Lets nothing of `key` begin until the returned function is called. */
  hold(key: string): () => void;
  /**
   * Takes out, in order for each key, all deliveries that wait, of `key` where one is given. They are the source's again, and count as
   * left.
   */
  takeWaiting(key?: string): D[];
  /** The source cannot receive, and goes on trying. Reported once, until it has recovered or the error is another one. */
  fault(error: unknown): void;
  /** The source receives (again). */
  recovered(): void;
}

/** Where messages come from and how they are settled there. Knows nothing of schemas and handlers. */
export interface Source<D extends Delivery> {
  /**
   * How a message that was not acknowledged comes back. `"by-queue"`: it is received again (SQS), so that the consumer gives back what waits
   * behind it in its key, lest that run before it. `"in-place"`: by `Intake.retry` (Kafka), at the head of its key.
   */
  readonly redelivery: "by-queue" | "in-place";
  /** What is known to be wrong with its options, where it is opened later than it is given them. The consumer refuses to start. */
  readonly faults?: readonly Issue[] | undefined;
  /**
   * Receives into `intake` until the signal fires, then ends at once, without waiting for a poll that is under way. Faults that may pass
   * are tried again and told to the intake; a rejection ends the consumer.
   */
  run(intake: Intake<D>, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Carries a settlement out; resolves once it is certain. */
  settle(delivery: D, settlement: Settlement<D>): Promise<void> | void;
  /** Gives back deliveries that were not begun or not handled, in order for each key, so that others get them without delay. */
  release(deliveries: readonly D[]): Promise<void> | void;
  /** Finishes what was settled and lets go of everything. Called once, after `run` has ended. */
  close?(options: { readonly timeoutMs: number }): Promise<void> | void;
  /** What the source can say of its own state, for `health()`: lag, assignment, last receive. */
  details?(): Readonly<Record<string, unknown>>;
}
