/**
 * Where in the life of a request something happens to it: its head has come and the rest is not yet read; it
 * was read and the server has not acted on it; the server has acted on it and nothing was answered.
 */
export type Moment = "read" | "apply" | "answer";

/** A fault that every server knows, whatever it speaks. */
export type CommonFault =
  /**
   * Nothing moves until it is released, or for so many milliseconds. It ends when the client closes the
   * connection: the request then goes no further.
   */
  | { readonly kind: "hold"; readonly before: Moment; readonly forMs?: number | undefined }
  /** The connection is reset (RST). Before `"answer"`, no more than the answer is lost: it was applied. */
  | { readonly kind: "reset"; readonly before: Moment }
  /** The connection is closed in good order (FIN), without an answer. */
  | { readonly kind: "close"; readonly before: Moment };

/** An error in the server's own form. */
export interface ErrorFault<Code extends string = string> {
  readonly kind: "error";
  readonly code: Code;
  /**
   * By default (`"apply"`) the server does not act on the request; before `"answer"`, it has acted on it.
   */
  readonly before?: "apply" | "answer" | undefined;
}

/** Which requests a fault strikes: those that fit everything that is said here. */
export interface FaultTarget<On, Request> {
  /** What they ask for, and of what. Default: anything. */
  readonly on?: On | undefined;
  /** How many requests it strikes. Default 1; `Infinity` until it is cancelled. */
  readonly times?: number | undefined;
  /** Only requests for which this holds; the others pass by and do not count. */
  readonly when?: ((request: Request) => boolean | undefined) | undefined;
}

/** A fault that was planned. */
export interface PlannedFault<Request> {
  /** How many requests it has struck. */
  readonly strikes: number;
  /**
   * Resolves with the `count`-th request (default 1) that it struck, at the moment when it strikes. Rejects
   * when it will never strike so many.
   */
  struck(count?: number): Promise<Request>;
  /**
   * Resolves when `count` (default 1) of the requests that it struck have ended: answered in full, or their
   * connections closed.
   */
  ended(count?: number): Promise<Request>;
  /** Lets go of everything that it holds or stalls, now and from now on. */
  release(): void;
  /** Strikes no more. What it holds stays held. */
  cancel(): void;
}

/**
 * What goes wrong next. Faults strike in the order in which they were planned; each request is struck by at
 * most one. Those that strike before a request is read come first.
 */
export interface Faults<Fault, On, Request> {
  /**
   * Plans one fault, or several that strike the same request: `[hold, reset]`.
   *
   * @throws TypeError that names what is unknown or wrong in `fault` or `target`.
   */
  next(fault: Fault | readonly Fault[], target?: FaultTarget<On, Request>): PlannedFault<Request>;
  /** How many requests are still to be struck. */
  readonly pending: number;
  /** Cancels every fault, and releases what they hold. */
  clear(): void;
}
