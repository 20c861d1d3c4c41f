import type { WirekitError } from "./errors/wirekit-error.ts";

/** The peer has acknowledged it. */
export interface Delivered {
  readonly kind: "delivered";
  /** How often it was sent: more than 1 means that it may have arrived twice. */
  readonly attempts: number;
  /** From the call to the acknowledgement, retries included, in milliseconds. */
  readonly latencyMs: number;
}

/** It was refused, or could not be delivered with the attempts it had. `error` says which and why. */
export interface Rejected {
  readonly kind: "rejected";
  readonly error: WirekitError;
}

/** Its time ran out before it was acknowledged; it may have arrived. */
export interface Expired {
  readonly kind: "expired";
  readonly error?: WirekitError | undefined;
}

/** It was given up without being sent, by a rule of the queue that held it. */
export interface Dropped {
  readonly kind: "dropped";
  readonly reason: string;
}

/** It never left: the call was aborted, or the client closed, before its turn. Safe to send again. */
export interface NotSent {
  readonly kind: "not-sent";
  readonly reason?: unknown;
}

/** What became of one message that was given to us to send. Exactly one of these, always. */
export type SendOutcome<Receipt extends object = object> =
  | (Delivered & Receipt)
  | Rejected
  | Expired
  | Dropped
  | NotSent;

/** What became of one message that was received: the vocabulary of consumers' counters and audit records. */
export type HandleOutcome = "handled" | "retried" | "dead-lettered" | "invalid" | "left";
