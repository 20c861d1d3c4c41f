import { messageOf } from "../errors/wirekit-error.ts";
import type { Logger } from "../logger.ts";
import { type CallResult, call, isPending } from "./call.ts";
import type { Handler, SpanHook } from "./consumer-options.ts";
import type { Delivery } from "./delivery.ts";
import type { DeliveryRun } from "./delivery-run.ts";

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
