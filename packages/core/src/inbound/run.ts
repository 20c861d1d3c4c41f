import type { Clock } from "../clock.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { LazySignal } from "../lazy-signal.ts";
import type { Delivery } from "./delivery.ts";
import type { HandlerContext } from "./processor-options.ts";

/** Why nobody waits any longer for the code that is running. */
export interface Interruption {
  readonly kind: "timeout" | "lease-lost" | "closing";
  readonly error: WirekitError;
}

/** What a user's function has come to. */
export type Raced<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "interrupted"; readonly interruption: Interruption };

/**
 * One delivery while it is being processed: runs the user's functions, which may never settle, and stops waiting for them when the delivery
 * is interrupted. The first interruption counts.
 */
export class Run<D extends Delivery> {
  readonly delivery: D;
  readonly startedAt: number;
  readonly context: HandlerContext<D>;
  interruption: Interruption | undefined;
  /** Whether the consumer has asked the handler to end. */
  isClosing = false;
  readonly #signal = new LazySignal();
  #wake: ((interruption: Interruption) => void) | undefined;
  /** What the user's code that runs will come to. */
  #userCode: Promise<unknown> | undefined;
  #stopWaiting: (() => void) | undefined;
  #endings: (() => void)[] = [];

  constructor(delivery: D, startedAt: number) {
    this.delivery = delivery;
    this.startedAt = startedAt;
    this.context = new RunContext(delivery, this.#signal);
  }

  /** Fires the signal. What is running may go on, and its outcome counts. */
  abort(reason: unknown): void {
    this.#signal.abort(reason);
  }

  /** Fires the signal, and waits no longer. */
  interrupt(interruption: Interruption): void {
    if (interruption.kind === "closing") this.#stopWaiting?.();
    if (this.interruption !== undefined) return;
    this.interruption = interruption;
    this.abort(interruption.error);
    this.#wake?.(interruption);
  }

  /** Waits for a user's function that has been called, or for an interruption. */
  race<T>(promise: Promise<T>): Promise<Raced<T>> {
    return new Promise((resolve) => {
      const end = (raced: Raced<T>) => {
        if (this.#userCode === promise) this.#userCode = undefined;
        resolve(raced);
      };
      this.#userCode = promise;
      this.#wake = (interruption) => resolve({ kind: "interrupted", interruption });
      if (this.interruption !== undefined) this.#wake(this.interruption);
      promise.then(
        (value) => end({ kind: "value", value }),
        (error: unknown) => end({ kind: "error", error }),
      );
    });
  }

  /** Has `ending` called once no user's code runs any more, or it is given up. */
  onUserCodeEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  endUserCode(): void {
    const endings = this.#endings;
    this.#endings = [];
    for (const ending of endings) ending();
  }

  /** Whether user's code is still running that nobody waits for. */
  get hasGhost(): boolean {
    return this.#userCode !== undefined;
  }

  /** Waits for such code to end, for `limitMs` at most and not while closing; says whether it did. */
  ghostEnds(limitMs: number, clock: Clock): Promise<"ended" | "abandoned"> {
    return new Promise((resolve) => {
      const cancel = clock.setTimer(() => resolve("abandoned"), limitMs);
      const end = (how: "ended" | "abandoned") => {
        cancel();
        resolve(how);
      };
      const ended = () => end("ended");
      this.#stopWaiting = () => end("abandoned");
      if (this.interruption?.kind === "closing") end("abandoned");
      else if (this.#userCode === undefined) ended();
      else this.#userCode.then(ended, ended);
    });
  }
}

/** All that a handler is to see of a run. */
class RunContext<D extends Delivery> implements HandlerContext<D> {
  readonly delivery: D;
  readonly #signal: LazySignal;

  constructor(delivery: D, signal: LazySignal) {
    this.delivery = delivery;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }
}
