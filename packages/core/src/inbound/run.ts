import type { Clock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { LazySignal } from "../kit/lazy-signal.ts";
import type { ListMember } from "../kit/linked-list.ts";
import type { HandlerContext } from "./consumer-options.ts";
import type { Delivery } from "./delivery.ts";

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

/** What bounds a run. */
export interface RunLimits {
  readonly clock: Clock;
  readonly handlerTimeoutMs: number;
}

/**
 * One delivery while it is being processed: runs the user's functions, which may never settle, and stops waiting for them when the delivery
 * is interrupted. The first interruption counts.
 */
export class Run<D extends Delivery> implements ListMember<Run<D>> {
  previous: Run<D> | undefined = undefined;
  next: Run<D> | undefined = undefined;
  list: object | undefined = undefined;

  readonly delivery: D;
  readonly startedAt: number;
  readonly context: HandlerContext<D>;
  interruption: Interruption | undefined;
  /** Whether the consumer has asked the handler to end. */
  isClosing = false;
  readonly #limits: RunLimits;
  #signal: LazySignal | undefined;
  #isWatched = false;
  #stopListening: (() => void) | undefined;
  #wake: ((interruption: Interruption) => void) | undefined;
  /** What the user's code that runs will come to. */
  #userCode: Promise<unknown> | undefined;
  #stopWaiting: (() => void) | undefined;
  #onUserCodeEnd: (() => void) | undefined;
  /** More that is to be done then; hardly ever anything, where nothing is waited for. */
  #endings: (() => void)[] | undefined;

  /** @param onUserCodeEnd called once no user's code runs any more, or it is given up. */
  constructor(delivery: D, limits: RunLimits, onUserCodeEnd?: () => void) {
    this.delivery = delivery;
    this.#limits = limits;
    this.#onUserCodeEnd = onUserCodeEnd;
    this.startedAt = limits.clock.monotonic();
    this.context = new RunContext(this);
  }

  get signal(): AbortSignal {
    this.watch();
    this.#signal ??= new LazySignal();
    return this.#signal.signal;
  }

  /**
   * From here on the time-out and the loss of the lease interrupt it. Called when somebody begins to wait, or asks for the signal: what is done when it
   * returns could not have been interrupted, and a timer for each message would be a good part of what it costs.
   */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const { clock, handlerTimeoutMs } = this.#limits;
    const leftMs = Math.max(0, handlerTimeoutMs - (clock.monotonic() - this.startedAt));
    const timeout = () =>
      this.interrupt({ kind: "timeout", error: new TimeoutError("The handler", handlerTimeoutMs) });
    this.onUserCodeEnd(clock.setTimer(timeout, leftMs));
    this.#stopListening = this.delivery.lease?.onLost((error) =>
      this.interrupt({ kind: "lease-lost", error }),
    );
  }

  /** It is settled: the lease is not listened to any more. */
  stopListening(): void {
    this.#stopListening?.();
  }

  /** Why the lease is lost, as far as it says so. */
  get leaseLoss(): WirekitError | undefined {
    if (this.interruption !== undefined) return this.interruption.error;
    let reason: WirekitError | undefined;
    this.delivery.lease?.onLost((error) => {
      reason = error;
    })();
    return reason;
  }

  /** Fires the signal. What is running may go on, and its outcome counts. */
  abort(reason: unknown): void {
    this.#signal ??= new LazySignal();
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
    this.watch();
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
    this.#endings ??= [];
    this.#endings.push(ending);
  }

  endUserCode(): void {
    // Whoever asks for the signal only now has nothing to be told of any more.
    this.#isWatched = true;
    const [first, others] = [this.#onUserCodeEnd, this.#endings];
    this.#onUserCodeEnd = undefined;
    this.#endings = undefined;
    first?.();
    if (others !== undefined) for (const ending of others) ending();
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
  readonly #run: Run<D>;

  constructor(run: Run<D>) {
    this.delivery = run.delivery;
    this.#run = run;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }
}
