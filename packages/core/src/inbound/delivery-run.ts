import type { Clock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { LazySignal } from "../kit/lazy-signal.ts";
import type { ListMember } from "../kit/linked-list.ts";
import type { CallResult, Interruption } from "./call.ts";
import type { HandlerContext } from "./consumer-options.ts";
import type { Delivery } from "./delivery.ts";

/** What limits a run. */
export interface RunLimits {
  readonly clock: Clock;
  readonly handlerTimeoutMs: number;
}

/** What a run gives up early. `Slots` have one for each task. */
export interface RunSlot {
  /** Called once no function of the user's runs any more, or it is given up. */
  release(): void;
  /** Called when only its dead letter is left to write, and that takes time. */
  park(): void;
}

/**
 * One delivery while it is processed: waits for the user's functions, which may never settle, until it is
 * interrupted. The first interruption counts.
 */
export class DeliveryRun<D extends Delivery> implements ListMember<DeliveryRun<D>> {
  previous: DeliveryRun<D> | undefined = undefined;
  next: DeliveryRun<D> | undefined = undefined;
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
  /** The user's function that runs. */
  #running: Promise<unknown> | undefined;
  #stopWaiting: (() => void) | undefined;
  readonly #slot: RunSlot | undefined;
  #hasSlot = true;
  #writing: AbortController | undefined;
  /** What else is to be done then. Most runs have nothing. */
  #endings: (() => void)[] | undefined;

  constructor(delivery: D, limits: RunLimits, slot?: RunSlot) {
    this.delivery = delivery;
    this.#limits = limits;
    this.#slot = slot;
    this.startedAt = limits.clock.monotonic();
    this.context = new RunContext(this);
  }

  get signal(): AbortSignal {
    this.watch();
    this.#signal ??= new LazySignal();
    return this.#signal.signal;
  }

  /**
   * Lets the time-out and the loss of the lease interrupt it from now on. Called on the first wait, or when
   * the handler asks for its signal: see docs/performance.md, "No timer for what returns at once".
   */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    const { clock, handlerTimeoutMs } = this.#limits;
    const leftMs = Math.max(0, handlerTimeoutMs - (clock.monotonic() - this.startedAt));
    const timeout = () =>
      this.interrupt({ kind: "timeout", error: new TimeoutError("The handler", handlerTimeoutMs) });
    this.onHandlerEnd(clock.setTimer(timeout, leftMs));
    this.#stopListening = this.delivery.lease?.onLost((error) =>
      this.interrupt({ kind: "lease-lost", error }),
    );
  }

  /** Listens to the lease no longer: the delivery is settled. */
  stopListening(): void {
    this.#stopListening?.();
  }

  get isLeaseLost(): boolean {
    return this.interruption?.kind === "lease-lost" || this.delivery.lease?.isLost === true;
  }

  /** Why the lease is lost, if it says so. */
  get leaseLoss(): WirekitError | undefined {
    if (this.interruption !== undefined) return this.interruption.error;
    let reason: WirekitError | undefined;
    this.delivery.lease?.onLost((error) => {
      reason = error;
    })();
    return reason;
  }

  /** Lets others have its capacity: only its dead letter is left to write. */
  park(): void {
    this.#slot?.park();
  }

  /**
   * The signal for writing a dead letter. It fires when the lease is lost, and when the consumer can wait no
   * longer; the time-out of the handler is of no account.
   */
  beginWriting(): AbortSignal {
    const writing = new AbortController();
    this.#writing = writing;
    const stopListening = this.#stopListening;
    const stop = this.delivery.lease?.onLost((error) => writing.abort(error));
    this.#stopListening = () => {
      stopListening?.();
      stop?.();
    };
    return writing.signal;
  }

  /** Fires the signal. What is running may go on, and its outcome counts. */
  abort(reason: unknown): void {
    this.#writing?.abort(reason);
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

  /** Calls `listener` on an interruption, until `waitFor` is called. */
  onInterruption(listener: (interruption: Interruption) => void): void {
    this.watch();
    this.#wake = listener;
    if (this.interruption !== undefined) listener(this.interruption);
  }

  /** Waits for a user's function that has been called, or for an interruption. */
  waitFor<T>(promise: Promise<T>): Promise<CallResult<T>> {
    this.watch();
    return new Promise((resolve) => {
      const end = (result: CallResult<T>) => {
        if (this.#running === promise) this.#running = undefined;
        resolve(result);
      };
      this.#running = promise;
      this.#wake = (interruption) => resolve({ kind: "interrupted", interruption, lateResult: promise });
      if (this.interruption !== undefined) this.#wake(this.interruption);
      promise.then(
        (value) => end({ kind: "value", value }),
        (error: unknown) => end({ kind: "error", error }),
      );
    });
  }

  /** Calls `ending` once no function of the user's runs any more, or it is given up. */
  onHandlerEnd(ending: () => void): void {
    this.#endings ??= [];
    this.#endings.push(ending);
  }

  handlerEnded(): void {
    // A signal that is asked for only now never fires.
    this.#isWatched = true;
    const [hasSlot, others] = [this.#hasSlot, this.#endings];
    this.#hasSlot = false;
    this.#endings = undefined;
    if (hasSlot) this.#slot?.release();
    if (others !== undefined) for (const ending of others) ending();
  }

  /** Whether a function of the user's runs on although it was interrupted. */
  get isHandlerRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Waits until that function ends: at most `limitMs`, and no longer once the consumer closes. */
  handlerEnds(limitMs: number, clock: Clock): Promise<"ended" | "abandoned"> {
    return new Promise((resolve) => {
      const cancel = clock.setTimer(() => resolve("abandoned"), limitMs);
      const end = (how: "ended" | "abandoned") => {
        cancel();
        resolve(how);
      };
      const ended = () => end("ended");
      this.#stopWaiting = () => end("abandoned");
      if (this.interruption?.kind === "closing") end("abandoned");
      else if (this.#running === undefined) ended();
      else this.#running.then(ended, ended);
    });
  }
}

/** All that a handler sees of a run. */
class RunContext<D extends Delivery> implements HandlerContext<D> {
  readonly delivery: D;
  readonly #run: DeliveryRun<D>;

  constructor(run: DeliveryRun<D>) {
    this.delivery = run.delivery;
    this.#run = run;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }
}
