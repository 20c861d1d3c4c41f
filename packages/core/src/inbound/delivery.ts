import { type ErrorDetails, WirekitError } from "../errors/wirekit-error.ts";

/**
 * The right to a message for a while: an SQS visibility time-out that is being renewed, a Kafka partition
 * that is still assigned. What is handled after its loss is handled by another consumer as well, so that its
 * result is not acknowledged.
 */
export interface Lease {
  readonly isLost: boolean;
  /**
   * Calls `listener` once, when the lease is lost; at once if it is lost already. The returned function
   * prevents that.
   */
  onLost(listener: (reason: WirekitError) => void): () => void;
  /** Ends the renewals: the message is settled, given back or given up. May be called twice. */
  end(): void;
}

/**
 * The message is no longer ours: another consumer may be handling it by now. What was done for it is not
 * acknowledged.
 */
export class LeaseLostError extends WirekitError<"wirekit/lease-lost"> {
  static override readonly mark: string = "@wirekit/core/LeaseLostError";

  /** @param why the cause, as a clause: `"it was not renewed in time"`. */
  constructor(
    why: string,
    options: {
      readonly cause?: unknown;
      readonly details?: ErrorDetails | undefined;
    } = {},
  ) {
    super(`The lease is lost: ${why}`, { code: "wirekit/lease-lost", retryable: true, ...options });
  }
}

/**
 * One message on its way through a consumer. A source adds what it needs to settle it: a receipt handle, an
 * offset.
 */
export interface Delivery<Body = unknown> {
  /**
   * The message's own id: for logs and audit, and to keep a redelivery from overlapping with what went
   * before.
   */
  readonly id: string;
  /** Messages of one key are handled one at a time, in their order. Absent: no order. */
  readonly key?: string | undefined;
  /** How often it was delivered, this time included: 1 for the first. */
  readonly attempt: number;
  /** As it came. The decoder makes a message of it. */
  readonly body: Body;
  /** Size on the wire, for audit. */
  readonly bytes?: number | undefined;
  /** Absent if a delivery stays ours until it is settled. */
  readonly lease?: Lease | undefined;
}

/** Why a message is given up. */
export type DeadLetterReason = "attempts-exhausted" | "not-retryable" | "invalid";

/** A message that is given up, and what is known of the cause. */
export interface DeadLetter<D extends Delivery = Delivery> {
  readonly delivery: D;
  readonly reason: DeadLetterReason;
  readonly error: WirekitError;
  /** Milliseconds since 1970. */
  readonly failedAt: number;
}

/**
 * Writes a dead letter to its target. Resolves once it is acknowledged there: then the original is
 * acknowledged. If it fails, it is called again, after a pause; the handler is not. Only a `WirekitError`
 * that is not `retryable` (the target is gone, the letter is too large for it) ends that.
 */
export type DeadLetterSink<D extends Delivery = Delivery> = (
  record: DeadLetter<D>,
  options: { readonly signal: AbortSignal },
) => Promise<unknown>;

/** How a delivery ends. Its source carries it out. Each delivery that keeps its lease gets exactly one. */
export type Settlement<D extends Delivery = Delivery> =
  /** It is handled: acknowledge it. */
  | { readonly kind: "done" }
  /** Deliver it again, not before `afterMs`, and nothing of its key before it. */
  | { readonly kind: "retry"; readonly afterMs: number }
  /** It was written to the dead-letter sink and acknowledged there: acknowledge it. */
  | { readonly kind: "dead-letter"; readonly record: DeadLetter<D> }
  /**
   * It is given up, and there is no dead-letter sink, or none that will ever take it: never acknowledge it.
   * The source's own rule applies: SQS redelivers it until its redrive policy takes it, Kafka stops its key.
   */
  | {
      readonly kind: "leave";
      readonly record: DeadLetter<D>;
      /** Why its dead letter cannot be written. Absent without a sink. */
      readonly sinkError?: WirekitError | undefined;
    };
