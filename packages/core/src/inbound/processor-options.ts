import { type Clock, type Random, systemClock } from "../clock.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { loggedListener } from "../kit/logged-listener.ts";
import { checkDurationMs, checkFunction, checkOneOf, checkWhole, throwFaults } from "../kit/option-checks.ts";
import { consoleLogger, type Logger } from "../logger.ts";
import type { HandleOutcome } from "../outcome.ts";
import type { DeadLetterSink, Delivery, Settlement } from "./delivery.ts";
import type { IdempotencyStore } from "./idempotency-store.ts";

/** What a decoder and a handler are given besides the message. */
export interface HandlerContext<D extends Delivery> {
  readonly delivery: D;
  /** Fires on the time-out, on the loss of the lease, and when a consumer that closes can wait no longer. */
  readonly signal: AbortSignal;
}

/** Does the work of one message. What it throws makes the message be delivered again. */
export type Handler<D extends Delivery, Message, Result = unknown> = (
  message: Message,
  context: HandlerContext<D>,
) => Result | Promise<Result>;

/**
 * Turns a delivery into a message, and validates it. What it throws makes the message invalid, unless it is a `WirekitError` that is
 * `retryable` (a key service that cannot be reached): that is a failure like the handler's.
 */
export type Decoder<D extends Delivery, Message> = (
  delivery: D,
  context: HandlerContext<D>,
) => Message | Promise<Message>;

/** Runs the handler inside a span; core's tracing entry makes one. It has to call `run`, and to return what that returns. */
export type SpanHook<D extends Delivery, Message> = <T>(
  subject: { readonly delivery: D; readonly message: Message },
  run: () => Promise<T>,
) => Promise<T>;

/** Handling each message once, by a key that its sender gave it. */
export interface IdempotencyOptions<D extends Delivery, Message, Result> {
  readonly store: IdempotencyStore<Result>;
  /** The key; `undefined` for a message that has none and is handled as often as it is delivered. */
  readonly keyOf: (message: Message, delivery: D) => string | undefined;
  /**
   * After this time without a sign of life the work is free for somebody else, in milliseconds. Must be longer than the handler's
   * time-out. Default: 30 seconds longer.
   */
  readonly claimTtlMs?: number | undefined;
  /** How long a result is remembered, in milliseconds. Default 24 hours. */
  readonly resultTtlMs?: number | undefined;
  /** The longest that a call of the store may take, in milliseconds. Default 5,000. */
  readonly storeTimeoutMs?: number | undefined;
}

/** What became of one delivery: for counters, logs and audit. Carries no body of its own. */
export interface Processed<D extends Delivery = Delivery> {
  readonly delivery: D;
  readonly outcome: HandleOutcome;
  /** What the source was asked to do; absent when it was asked nothing: the lease was lost, or the consumer closes. */
  readonly settlement?: Settlement<D> | undefined;
  /** Why it is not handled. */
  readonly error?: WirekitError | undefined;
  /** Handled by an earlier delivery, so that the handler was not called. */
  readonly isDuplicate: boolean;
  /** From the start of decoding to the settlement. */
  readonly durationMs: number;
}

/** How deliveries are processed. */
export interface ProcessorOptions<D extends Delivery, Message = unknown, Result = unknown> {
  readonly decode: Decoder<D, Message>;
  readonly handler: Handler<D, Message, Result>;
  /** Carries a settlement out: a source's own `settle`. */
  readonly settle: (delivery: D, settlement: Settlement<D>) => unknown;
  /** Gives a delivery back that was begun and not handled, because the consumer closes. Default: it is left to its lease. */
  readonly release?: ((delivery: D) => unknown) | undefined;
  /** Decoding and handling may take so long, in milliseconds. Default 300,000. */
  readonly handlerTimeoutMs?: number | undefined;
  /**
   * How long a handler that ignores its time-out keeps its slot and key, in milliseconds, so that a retry does not overlap with it.
   * Default 60,000.
   */
  readonly abandonAfterMs?: number | undefined;
  /** After so many deliveries a message that fails is given up. Default: 5 with a `deadLetterSink`, else no limit. */
  readonly maxAttempts?: number | undefined;
  /**
   * The pause before a redelivery, in milliseconds: drawn between half and all of a bound that doubles with every attempt. Default: from
   * 1,000 to 900,000. An error's `retryAfterMs` is honoured where it is longer.
   */
  readonly backoff?:
    | { readonly baseDelayMs?: number | undefined; readonly maxDelayMs?: number | undefined }
    | undefined;
  /** Where messages go that are given up. Without it they are left to the source: SQS has its redrive policy. */
  readonly deadLetterSink?: DeadLetterSink<D> | undefined;
  /** What to do with invalid messages. Default: `"dead-letter"` where there is a sink, else `"leave"`. */
  readonly whenInvalid?: "dead-letter" | "leave" | undefined;
  /** Whether a handler's error is worth another try. Default: `"retry"`, always. */
  readonly classify?: ((thrown: unknown) => "retry" | "dead-letter") | undefined;
  /** Off unless given. */
  readonly idempotency?: IdempotencyOptions<D, Message, Result> | undefined;
  readonly span?: SpanHook<D, Message> | undefined;
  /** Asked for each message whether it gets a span: a handler without one costs less. Default: always. */
  readonly isSpanOn?: (() => boolean) | undefined;
  /** The longest that writing a dead letter may take, in milliseconds. Default 30,000. */
  readonly sinkTimeoutMs?: number | undefined;
  /** The longest that settling may take, in milliseconds. Default 60,000. */
  readonly settleTimeoutMs?: number | undefined;
  /** Told what became of each delivery. */
  readonly onProcessed?: ((processed: Processed<D>) => void) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** {@link IdempotencyOptions} with every default in its place. */
export interface ResolvedIdempotency<D extends Delivery, Message, Result> {
  readonly store: IdempotencyStore<Result>;
  readonly keyOf: (message: Message, delivery: D) => string | undefined;
  readonly claimTtlMs: number;
  readonly resultTtlMs: number;
  readonly storeTimeoutMs: number;
}

/** {@link ProcessorOptions} with every default in its place. */
export interface ResolvedProcessorOptions<D extends Delivery, Message, Result> {
  readonly decode: Decoder<D, Message>;
  readonly handler: Handler<D, Message, Result>;
  readonly settle: (delivery: D, settlement: Settlement<D>) => unknown;
  readonly release: (delivery: D) => unknown;
  readonly handlerTimeoutMs: number;
  readonly abandonAfterMs: number;
  readonly maxAttempts: number;
  readonly backoff: { readonly baseDelayMs: number; readonly maxDelayMs: number };
  readonly deadLetterSink: DeadLetterSink<D> | undefined;
  readonly whenInvalid: "dead-letter" | "leave";
  readonly classify: (thrown: unknown) => "retry" | "dead-letter";
  readonly idempotency: ResolvedIdempotency<D, Message, Result> | undefined;
  readonly span: SpanHook<D, Message> | undefined;
  readonly isSpanOn: () => boolean;
  readonly sinkTimeoutMs: number;
  readonly settleTimeoutMs: number;
  /** Never throws. */
  readonly onProcessed: (processed: Processed<D>) => void;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const dayMs = 86_400_000;

/** @throws ConfigError naming every option at fault. */
export function resolveProcessorOptions<D extends Delivery, Message, Result>(
  options: ProcessorOptions<D, Message, Result>,
): ResolvedProcessorOptions<D, Message, Result> {
  const { deadLetterSink, idempotency, handlerTimeoutMs = 300_000, logger = consoleLogger } = options;
  const resolved: ResolvedProcessorOptions<D, Message, Result> = {
    decode: options.decode,
    handler: options.handler,
    settle: options.settle,
    release: options.release ?? (() => undefined),
    handlerTimeoutMs,
    abandonAfterMs: options.abandonAfterMs ?? 60_000,
    maxAttempts: options.maxAttempts ?? (deadLetterSink === undefined ? Number.POSITIVE_INFINITY : 5),
    backoff: {
      baseDelayMs: options.backoff?.baseDelayMs ?? 1_000,
      maxDelayMs: options.backoff?.maxDelayMs ?? 900_000,
    },
    deadLetterSink,
    whenInvalid: options.whenInvalid ?? (deadLetterSink === undefined ? "leave" : "dead-letter"),
    classify: options.classify ?? (() => "retry"),
    idempotency: idempotency && {
      store: idempotency.store,
      keyOf: idempotency.keyOf,
      claimTtlMs: idempotency.claimTtlMs ?? handlerTimeoutMs + 30_000,
      resultTtlMs: idempotency.resultTtlMs ?? dayMs,
      storeTimeoutMs: idempotency.storeTimeoutMs ?? 5_000,
    },
    span: options.span,
    isSpanOn: options.isSpanOn ?? (() => true),
    sinkTimeoutMs: options.sinkTimeoutMs ?? 30_000,
    settleTimeoutMs: options.settleTimeoutMs ?? 60_000,
    onProcessed: loggedListener("The onProcessed function", options.onProcessed, logger),
    logger,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
  throwFaults([
    checkFunction("decode", options.decode, "required"),
    checkFunction("handler", options.handler, "required"),
    checkFunction("settle", options.settle, "required"),
    checkFunction("release", options.release, "optional"),
    checkFunction("deadLetterSink", deadLetterSink, "optional"),
    checkFunction("classify", options.classify, "optional"),
    checkFunction("span", options.span, "optional"),
    checkFunction("isSpanOn", options.isSpanOn, "optional"),
    checkFunction("onProcessed", options.onProcessed, "optional"),
    checkDurationMs("handlerTimeoutMs", handlerTimeoutMs, { minimum: 1 }),
    checkDurationMs("abandonAfterMs", resolved.abandonAfterMs, { minimum: 0 }),
    checkWhole("maxAttempts", resolved.maxAttempts, { minimum: 1, unlimited: "allowed" }),
    checkDurationMs("backoff.baseDelayMs", resolved.backoff.baseDelayMs, { minimum: 0 }),
    checkDurationMs("backoff.maxDelayMs", resolved.backoff.maxDelayMs, { minimum: 0 }),
    checkOneOf("whenInvalid", resolved.whenInvalid, ["dead-letter", "leave"]),
    resolved.whenInvalid === "dead-letter" && deadLetterSink === undefined
      ? { path: "deadLetterSink", message: 'is required when whenInvalid is "dead-letter"' }
      : undefined,
    checkDurationMs("sinkTimeoutMs", resolved.sinkTimeoutMs, { minimum: 1 }),
    checkDurationMs("settleTimeoutMs", resolved.settleTimeoutMs, { minimum: 1 }),
    ...checkIdempotency(resolved),
  ]);
  return resolved;
}

function checkIdempotency<D extends Delivery, Message, Result>({
  idempotency,
  handlerTimeoutMs,
}: ResolvedProcessorOptions<D, Message, Result>) {
  if (idempotency === undefined) return [];
  const { keyOf, claimTtlMs, resultTtlMs, storeTimeoutMs } = idempotency;
  return [
    checkFunction("idempotency.keyOf", keyOf, "required"),
    checkDurationMs("idempotency.claimTtlMs", claimTtlMs, { minimum: 1 }),
    claimTtlMs <= handlerTimeoutMs
      ? {
          path: "idempotency.claimTtlMs",
          message:
            "must be longer than handlerTimeoutMs, or a second handler begins while the first one runs",
        }
      : undefined,
    checkDurationMs("idempotency.resultTtlMs", resultTtlMs, { minimum: 1 }),
    checkDurationMs("idempotency.storeTimeoutMs", storeTimeoutMs, { minimum: 1 }),
  ];
}
