import type { Clock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { messageOf, type WirekitError } from "../errors/wirekit-error.ts";
import { LazySignal } from "../kit/lazy-signal.ts";
import type { ListMember } from "../kit/linked-list.ts";
import type { Logger } from "../logger.ts";
import { type CallResult, call, type Interruption, isPending } from "./call.ts";
import type { Handler, HandlerContext, SpanHook } from "./consumer-options.ts";
import type { Delivery } from "./delivery.ts";

/** What limits a run. */
export interface RunLimits {
  readonly clock: Clock;
  readonly handlerTimeoutMs: number;
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
  #onHandlerEnd: (() => void) | undefined;
  /** What else is to be done then. Most runs have nothing. */
  #endings: (() => void)[] | undefined;

  /** @param onHandlerEnd called once no function of the user's runs any more, or it is given up. */
  constructor(delivery: D, limits: RunLimits, onHandlerEnd?: () => void) {
    this.delivery = delivery;
    this.#limits = limits;
    this.#onHandlerEnd = onHandlerEnd;
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

  /** Why the lease is lost, if it says so. */
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
    const [first, others] = [this.#onHandlerEnd, this.#endings];
    this.#onHandlerEnd = undefined;
    this.#endings = undefined;
    first?.();
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

/** How a handler is called. */
export interface HandlerOptions<D extends Delivery, Message, Result> {
  readonly handler: Handler<D, Message, Result>;
  readonly span: SpanHook<D, Message> | undefined;
  readonly isSpanOn: () => boolean;
  readonly logger: Logger;
}

/**
 * Runs the handler, inside its span if there is one, until it ends or is interrupted. A span that fails
 * changes nothing.
 */
export function callHandler<D extends Delivery, Message, Result>(
  run: DeliveryRun<D>,
  message: Message,
  options: HandlerOptions<D, Message, Result>,
): CallResult<Result> | Promise<CallResult<Result>> {
  const { handler, span } = options;
  if (span !== undefined && asksForSpan(options)) return callInSpan(run, message, { ...options, span });
  const called = call(handler, message, run.context);
  return isPending(called) ? run.waitFor(called) : called;
}

function asksForSpan({
  isSpanOn,
  logger,
}: Pick<HandlerOptions<never, never, never>, "isSpanOn" | "logger">): boolean {
  try {
    return isSpanOn();
  } catch (thrown) {
    logger.error({ error: messageOf(thrown) }, "The isSpanOn function has thrown; the message gets no span");
    return false;
  }
}

/**
 * The span ends when the handler ends or is interrupted. Whatever becomes of the span, the handler's own
 * result counts.
 */
function callInSpan<D extends Delivery, Message, Result>(
  run: DeliveryRun<D>,
  message: Message,
  { handler, span, logger }: HandlerOptions<D, Message, Result> & { readonly span: SpanHook<D, Message> },
): Promise<CallResult<Result>> {
  return new Promise((resolve) => {
    let handling: Promise<Result> | undefined;
    let isGivenUp = false;

    async function handle(): Promise<Result> {
      // The span hook took longer than the delivery may.
      if (isGivenUp) throw run.interruption?.error;
      const called = call(handler, message, run.context);
      const result = isPending(called) ? await run.waitFor(called) : called;
      resolve(result);
      if (result.kind === "value") return result.value;
      throw result.kind === "error" ? result.error : result.interruption.error;
    }
    const handleOnce = () => {
      handling ??= handle();
      return handling;
    };
    const handleWithoutSpan = (why: string) => {
      if (handling !== undefined || isGivenUp) return;
      logger.error(
        { id: run.delivery.id, error: why },
        "A span could not be made; the handler runs without one",
      );
      handleOnce().catch(() => undefined);
    };
    const called = call(() => span({ delivery: run.delivery, message }, handleOnce));
    const forgotten = () => handleWithoutSpan("the span hook did not run the handler");
    if (!isPending(called)) {
      if (called.kind === "error") handleWithoutSpan(messageOf(called.error));
      else forgotten();
      return;
    }
    called.then(forgotten, (thrown: unknown) => handleWithoutSpan(messageOf(thrown)));
    if (handling !== undefined) return;
    run.onInterruption((interruption) => {
      if (handling !== undefined) return;
      isGivenUp = true;
      resolve({ kind: "interrupted", interruption });
    });
  });
}
