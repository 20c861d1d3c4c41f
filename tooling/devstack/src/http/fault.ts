import type { Answer, AnswerBody } from "./answer.ts";
import type { RequestHead } from "./received-request.ts";

/**
 * Where in the life of a request something happens to it: its head has come and its body is not yet read; it
 * was read and the service has not acted on it; the service has acted on it and nothing was answered.
 */
export type Moment = "read" | "apply" | "answer";

/** One thing that goes wrong with a request. */
export type FaultStep =
  /**
   * Nothing moves until it is released, or for so many milliseconds. Given up when the client closes the
   * connection.
   */
  | { readonly kind: "hold"; readonly before: Moment; readonly forMs?: number | undefined }
  /** The connection is reset (RST). `before: "answer"` is the lost acknowledgement: it was applied. */
  | { readonly kind: "reset"; readonly before: Moment }
  /** Answered in place of the service, which does not act on the request. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly body?: AnswerBody | undefined;
    }
  /** The service acts on the request, and its answer is changed on the way back. */
  | { readonly kind: "rewrite"; readonly edit: (answer: Answer) => Answer }
  /** The server's clock is off by so much, forward when positive: for what it checks and for its `Date`. */
  | { readonly kind: "clock"; readonly skewMs: number }
  /** The body of the answer arrives in an unpleasant manner. */
  | { readonly kind: "body"; readonly delivery: BodyDelivery };

/** How a body is sent. */
export type BodyDelivery =
  | { readonly kind: "whole" }
  /** In pieces, with a pause between any two. */
  | { readonly kind: "slow"; readonly chunkBytes: number; readonly intervalMs: number }
  /** So many bytes, and nothing more until it is released. */
  | { readonly kind: "stalled"; readonly afterBytes: number }
  /** So many bytes of the length that was announced, and the connection is closed. */
  | { readonly kind: "truncated"; readonly afterBytes: number }
  /** The beginning of a JSON text that never ends, as fast as the client takes it. */
  | { readonly kind: "endless" };

/** What a predicate sees. The body is there unless the fault strikes before the request is read. */
export type MatchedRequest = RequestHead & { readonly body?: Buffer | undefined };

/** Which requests a fault strikes. */
export interface FaultScope {
  /** How many requests it strikes. Default 1; `Infinity` until it is cancelled. */
  readonly times?: number | undefined;
  /** Only requests for which this holds; the others pass by and do not count. */
  readonly when?: ((request: MatchedRequest) => boolean) | undefined;
}

/** One step, or several that strike the same request: `[hold, reset]`. */
export type Fault = FaultStep | readonly FaultStep[];

/** A fault that stands in the script. */
export interface ScriptedFault {
  /** How many requests it has struck. */
  readonly strikes: number;
  /** Resolves with the `count`-th request (default 1) that it struck, at the moment when it strikes. */
  struck(count?: number): Promise<RequestHead>;
  /**
   * Resolves when the `count`-th struck request (default 1) has ended: answered in full, or its connection
   * closed.
   */
  ended(count?: number): Promise<RequestHead>;
  /** Lets go of everything that it holds or stalls, now and from now on. */
  release(): void;
  /** Strikes no more. What it holds stays held. */
  cancel(): void;
}

/**
 * What goes wrong next. Faults strike in the order in which they were added; each request is struck by at
 * most one.
 */
export interface Faults {
  next(fault: Fault, scope?: FaultScope): ScriptedFault;
  /** How many requests are still to be struck. */
  readonly pending: number;
  /** Cancels every fault, and releases what they hold. */
  clear(): void;
}
