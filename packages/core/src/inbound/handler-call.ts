import type { Delivery } from "./delivery.ts";
import type { Handler, SpanHook } from "./processor-options.ts";
import type { Raced, Run } from "./run.ts";

/** What a handler came to, and what it may still come to after nobody waits for it. */
export interface HandlerCall<Result> {
  readonly raced: Raced<Result>;
  /** The handler's own promise; absent when it was never called. */
  readonly promise: Promise<Result> | undefined;
}

/** Turns what a function throws at once into a rejection, too; and what it returns that is no promise into one. */
export async function callAsync<T>(task: () => T | Promise<T>): Promise<T> {
  return await task();
}

/**
 * Runs the handler inside its span. The span ends when the handler does or is interrupted; whatever becomes of the span, it is the
 * handler's own end that counts.
 */
export function callHandler<D extends Delivery, Message, Result>(
  run: Run<D>,
  message: Message,
  { handler, span }: { readonly handler: Handler<D, Message, Result>; readonly span: SpanHook<D, Message> },
): Promise<HandlerCall<Result>> {
  return new Promise((resolve) => {
    let promise: Promise<Result> | undefined;
    let bounded: Promise<Result> | undefined;

    async function runBounded(): Promise<Result> {
      promise = callAsync(() => handler(message, run.context));
      const raced = await run.race(promise);
      resolve({ raced, promise });
      if (raced.kind === "value") return raced.value;
      throw raced.kind === "error" ? raced.error : raced.interruption.error;
    }
    const runOnce = () => {
      bounded ??= runBounded();
      return bounded;
    };
    const spanEnded = (error: unknown) => {
      // A span hook that never called the handler, or gave up before: its fault is the failure.
      if (promise === undefined) resolve({ raced: { kind: "error", error }, promise });
    };
    callAsync(() => span({ delivery: run.delivery, message }, runOnce)).then(
      () => spanEnded(new Error("the span hook did not run the handler")),
      spanEnded,
    );
  });
}
