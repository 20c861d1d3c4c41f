import type { WirekitError } from "./errors/wirekit-error.ts";

/** The peer has acknowledged the message. */
export interface Delivered {
  readonly kind: "delivered";
  /** How often it was sent. More than 1 means that it may have arrived twice. */
  readonly attempts: number;
  /** From the call to the acknowledgement, retries included, in milliseconds. */
  readonly latencyMs: number;
}

/** The peer refused the message. It has not been delivered. */
export interface Rejected {
  readonly kind: "rejected";
  readonly error: WirekitError;
}

/**
 * The message never left: it is invalid, the peer could not be reached, the call was aborted, or the client
 * closed before its turn. Safe to send again.
 */
export interface NotSent {
  readonly kind: "not-sent";
  readonly error: WirekitError;
}

/** The message never left: a rule of the queue that held it gave it up, to make room. */
export interface Dropped {
  readonly kind: "dropped";
  readonly error: WirekitError;
}

/** The message never left: its time ran out while it waited for its turn. */
export interface Expired {
  readonly kind: "expired";
  readonly error: WirekitError;
}

/**
 * The message went out, and nothing says what became of it: the attempts or the time were used up, the call
 * was aborted, or the client closed. It **may have arrived**; no other outcome but `delivered` may have.
 */
export interface Unconfirmed {
  readonly kind: "unconfirmed";
  readonly error: WirekitError;
}

/** What became of one message that was given to us to send. Exactly one of these, always. */
export type SendOutcome<Receipt extends object = object> =
  | (Delivered & Receipt)
  | Rejected
  | NotSent
  | Dropped
  | Expired
  | Unconfirmed;

/** What became of one message that was received: the words of consumers' counters and audit records. */
export type HandleOutcome = "handled" | "retried" | "dead-lettered" | "invalid" | "left";
