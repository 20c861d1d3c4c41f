import { type Called, call } from "./call.ts";
import type { Handler, SpanHook } from "./consumer-options.ts";
import type { Delivery } from "./delivery.ts";
import type { Raced, Run } from "./run.ts";

/** What a handler came to, and what it may still come to after nobody waits for it. */
export interface HandlerCall<Result> {
  readonly raced: Raced<Result>;
  /** The handler's own promise, where it returned one. */
  readonly promise?: Promise<Result> | undefined;
}

/** How a handler is to be called. */
export interface HandlerOptions<D extends Delivery, Message, Result> {
  readonly handler: Handler<D, Message, Result>;
  readonly span: SpanHook<D, Message> | undefined;
  readonly isSpanOn: () => boolean;
}

/**
 * Runs the handler, inside its span where there is one, and waits for its end or an interruption: not at all, where it is done when it returns and has
 * no span.
 */
export function callHandler<D extends Delivery, Message, Result>(
  run: Run<D>,
  message: Message,
  { handler, span, isSpanOn }: HandlerOptions<D, Message, Result>,
): HandlerCall<Result> | Promise<HandlerCall<Result>> {
  try {
    if (span !== undefined && isSpanOn()) return insideSpan(run, message, { handler, span });
  } catch (error) {
    return { raced: { kind: "error", error } };
  }
  return bounded(run, call(handler, message, run.context));
}

function bounded<D extends Delivery, Result>(
  run: Run<D>,
  called: Called<Result>,
): HandlerCall<Result> | Promise<HandlerCall<Result>> {
  return called.kind === "pending" ? awaited(run, called.promise) : { raced: called };
}

async function awaited<D extends Delivery, Result>(
  run: Run<D>,
  promise: Promise<Result>,
): Promise<HandlerCall<Result>> {
  return { raced: await run.race(promise), promise };
}

/** The span ends when the handler does or is interrupted; whatever becomes of the span, it is the handler's own end that counts. */
function insideSpan<D extends Delivery, Message, Result>(
  run: Run<D>,
  message: Message,
  { handler, span }: { readonly handler: Handler<D, Message, Result>; readonly span: SpanHook<D, Message> },
): Promise<HandlerCall<Result>> {
  return new Promise((resolve) => {
    let running: Promise<Result> | undefined;

    async function runBounded(): Promise<Result> {
      const ended = await bounded(run, call(handler, message, run.context));
      resolve(ended);
      const { raced } = ended;
      if (raced.kind === "value") return raced.value;
      throw raced.kind === "error" ? raced.error : raced.interruption.error;
    }
    const runOnce = () => {
      running ??= runBounded();
      return running;
    };
    const spanEnded = (error: unknown) => {
      // A span hook that never called the handler, or gave up before: its fault is the failure.
      if (running === undefined) resolve({ raced: { kind: "error", error } });
    };
    const spanning = call(() => span({ delivery: run.delivery, message }, runOnce));
    const forgotten = () => {
      // Asked first: an error for each message, made for nobody, would be a good part of what a message costs.
      if (running === undefined) spanEnded(new Error("the span hook did not run the handler"));
    };
    if (spanning.kind === "pending") spanning.promise.then(forgotten, spanEnded);
    else if (spanning.kind === "error") spanEnded(spanning.error);
    else forgotten();
  });
}
