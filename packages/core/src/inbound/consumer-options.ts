import type { Clock, Random } from "../clock.ts";
import { Faults } from "../kit/faults.ts";
import { loggedListener } from "../kit/logged-listener.ts";
import { checkFunction } from "../kit/option-checks.ts";
import { option } from "../kit/option-rules.ts";
import { type OptionRule, readOptions } from "../kit/read-options.ts";
import type { Logger } from "../logger.ts";
import type { Processed } from "./consumer-events.ts";
import type { DeadLetterSink, Delivery } from "./delivery.ts";
import type { IdempotencyStore } from "./idempotency-store.ts";
import type { Source } from "./source.ts";

/** What a decoder and a handler are given besides the message. */
export interface HandlerContext<D extends Delivery> {
  readonly delivery: D;
  /** Fires on the time-out, on the loss of the lease, and when a consumer that closes can wait no longer. */
  readonly signal: AbortSignal;
}

/** Does the work of one message. If it throws, the message is delivered again. */
export type Handler<D extends Delivery, Message, Result = unknown> = (
  message: Message,
  context: HandlerContext<D>,
) => Result | Promise<Result>;

/**
 * Turns a delivery into a message, and validates it. It reports an invalid message by throwing a
 * `ValidationError` or a `SyntaxError`, as `JSON.parse` does. Whatever else it throws (a key service or a
 * database that cannot be reached) is treated as a failure of the handler is: the message is delivered again.
 */
export type Decoder<D extends Delivery, Message> = (
  delivery: D,
  context: HandlerContext<D>,
) => Message | Promise<Message>;

/**
 * Runs the handler inside a span, which the tracing entry makes. It has to call `run`, and to return what
 * that returns. If it throws without calling `run`, the handler runs without a span.
 */
export type SpanHook<D extends Delivery, Message> = <T>(
  subject: { readonly delivery: D; readonly message: Message },
  run: () => Promise<T>,
) => Promise<T>;

/** Handles each message once, by a key that its sender gave it. */
export interface IdempotencyOptions<D extends Delivery, Message, Result> {
  readonly store: IdempotencyStore<Result>;
  /** The key. A message for which it returns `undefined` is handled as often as it is delivered. */
  readonly keyOf: (message: Message, delivery: D) => string | undefined;
  /**
   * After this time without a sign of life another consumer may take the work, in milliseconds. Must be
   * longer than `handlerTimeoutMs`. Default: 30 seconds longer.
   */
  readonly claimTtlMs?: number | undefined;
  /** How long a result is remembered, in milliseconds. Default 24 hours. */
  readonly resultTtlMs?: number | undefined;
  /** The longest that a call of the store may take, in milliseconds. Default 5,000. */
  readonly storeTimeoutMs?: number | undefined;
}

/** When a message that failed is delivered again, and how often. */
export interface RedeliveryOptions {
  /**
   * After this many deliveries a message that fails is given up. Deliveries are counted, as the source counts
   * them, and not failures: on SQS each receive, also one by a process that died. With a `deadLetter`, a
   * message without a key that comes once more is written there, and its handler does not run; with
   * `idempotency`, and for a message with a key, that holds within this consumer only. Default: 5 with a
   * `deadLetter`, else no limit.
   */
  readonly maxAttempts?: number | undefined;
  /**
   * The pause before the first redelivery is between half of this and all of it; it doubles each time.
   * Default 1,000.
   */
  readonly baseDelayMs?: number | undefined;
  /** The longest pause. An error's `retryAfterMs` is honoured where it is longer. Default 900,000. */
  readonly maxDelayMs?: number | undefined;
}

/** Where messages go that are given up. */
export interface DeadLetterOptions<D extends Delivery> {
  /**
   * Writes a message that is given up. If it fails, only the writing is tried again, for as long as the
   * message is ours, with pauses from 1 to 30 seconds.
   */
  readonly sink: DeadLetterSink<D>;
  /** The longest that one try to write may take, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** The name of the place, as `health()` and the log show it: `the queue "orders-dead"`. Default: none. */
  readonly place?: string | undefined;
}

/** What a consumer is made of: a source, how many messages at once, and how each is processed. */
export interface ConsumerOptions<D extends Delivery, Message = unknown, Result = unknown> {
  readonly source: Source<D>;
  readonly decode: Decoder<D, Message>;
  /** The most handlers that run at once. Default 10. */
  readonly concurrency?: number | undefined;
  /**
   * The most deliveries that are held, running or waiting. On top come up to 1,000 dead letters whose place
   * is down, and while a slot stands idle what waits behind another of its key, up to ten for each slot.
   * Default: `concurrency` + 10.
   */
  readonly capacity?: number | undefined;
  /** The longest that decoding and handling may take together, in milliseconds. Default 300,000. */
  readonly handlerTimeoutMs?: number | undefined;
  /**
   * How long a handler that ignores its time-out keeps its slot and key, in milliseconds, so that a retry
   * does not overlap with it. Default 60,000.
   */
  readonly abandonAfterMs?: number | undefined;
  readonly retry?: RedeliveryOptions | undefined;
  /** Without it, messages that are given up are left to the source: SQS has its redrive policy. */
  readonly deadLetter?: DeadLetterOptions<D> | undefined;
  /** What to do with invalid messages. Default: `"dead-letter"` with a `deadLetter`, else `"leave"`. */
  readonly whenInvalid?: "dead-letter" | "leave" | undefined;
  /** Whether a handler's error is worth another try. Default: `"retry"`, always. */
  readonly classify?: ((thrown: unknown) => "retry" | "dead-letter") | undefined;
  /** Off unless given. */
  readonly idempotency?: IdempotencyOptions<D, Message, Result> | undefined;
  readonly span?: SpanHook<D, Message> | undefined;
  /** Asked for each message whether it gets a span: a handler without one costs less. Default: always. */
  readonly isSpanOn?: (() => boolean) | undefined;
  /** The longest that settling may take, in milliseconds. Default 60,000. */
  readonly settleTimeoutMs?: number | undefined;
  /** Called with what became of each delivery. */
  readonly onProcessed?: ((processed: Processed<D>) => void) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** {@link IdempotencyOptions} with every default filled in. */
export type ResolvedIdempotency<D extends Delivery, Message, Result> = {
  readonly [Name in keyof IdempotencyOptions<D, Message, Result>]-?: NonNullable<
    IdempotencyOptions<D, Message, Result>[Name]
  >;
};

/** {@link ConsumerOptions} and the handler, with every default filled in. */
export interface ResolvedConsumerOptions<D extends Delivery, Message, Result> {
  readonly source: Source<D>;
  readonly decode: Decoder<D, Message>;
  readonly handler: Handler<D, Message, Result>;
  readonly concurrency: number;
  readonly capacity: number;
  readonly handlerTimeoutMs: number;
  readonly abandonAfterMs: number;
  readonly retry: {
    readonly maxAttempts: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
  };
  readonly deadLetter:
    | {
        readonly sink: DeadLetterSink<D>;
        readonly timeoutMs: number;
        readonly place: string | undefined;
      }
    | undefined;
  readonly whenInvalid: "dead-letter" | "leave";
  readonly classify: (thrown: unknown) => "retry" | "dead-letter";
  readonly idempotency: ResolvedIdempotency<D, Message, Result> | undefined;
  readonly span: SpanHook<D, Message> | undefined;
  readonly isSpanOn: () => boolean;
  readonly settleTimeoutMs: number;
  /** Never throws. */
  readonly onProcessed: (processed: Processed<D>) => void;
  /** Never throws. */
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const rules = {
  source: sourceRule(),
  decode: option.fn({ presence: "required" }),
  concurrency: option.whole({ minimum: 1, default: 10 }),
  capacity: option.whole({ minimum: 1, unlimited: "allowed" }),
  handlerTimeoutMs: option.durationMs({ minimum: 1, default: 300_000 }),
  abandonAfterMs: option.durationMs({ minimum: 0, default: 60_000 }),
  retry: option.group({
    maxAttempts: option.whole({ minimum: 1, unlimited: "allowed" }),
    baseDelayMs: option.durationMs({ minimum: 0, default: 1_000 }),
    maxDelayMs: option.durationMs({ minimum: 0, default: 900_000 }),
  }),
  deadLetter: option.optionalGroup({
    sink: option.fn({ presence: "required" }),
    timeoutMs: option.durationMs({ minimum: 1, default: 30_000 }),
    place: option.text(),
  }),
  whenInvalid: option.oneOf(["dead-letter", "leave"]),
  classify: option.fn({ default: () => "retry" }),
  idempotency: option.optionalGroup({
    store: option.methods<IdempotencyStore, { presence: "required" }>(
      ["begin", "complete", "abandon", "renew"],
      { presence: "required" },
    ),
    keyOf: option.fn({ presence: "required" }),
    claimTtlMs: option.durationMs({ minimum: 1 }),
    resultTtlMs: option.durationMs({ minimum: 1, default: 86_400_000 }),
    storeTimeoutMs: option.durationMs({ minimum: 1, default: 5_000 }),
  }),
  span: option.fn(),
  isSpanOn: option.fn({ default: () => true }),
  settleTimeoutMs: option.durationMs({ minimum: 1, default: 60_000 }),
  onProcessed: option.fn<(processed: Processed<never>) => void>(),
  logger: option.logger(),
  clock: option.clock(),
  random: option.random(),
};

/** @throws ConfigError naming every option at fault, also those that the source knows of. */
export function readConsumerOptions<D extends Delivery, Message, Result>(
  options: ConsumerOptions<D, Message, Result>,
  handler: Handler<D, Message, Result>,
): ResolvedConsumerOptions<D, Message, Result> {
  const faults = new Faults();
  const read = readOptions(options, rules, faults);
  faults.add(checkFunction("handler", handler, "required"));
  const { source, concurrency, capacity, handlerTimeoutMs, deadLetter, idempotency, logger, onProcessed } =
    read;
  faults.add(...((source as Partial<Source<D>> | undefined)?.faults ?? []));
  const whenInvalid = read.whenInvalid ?? (deadLetter === undefined ? "leave" : "dead-letter");
  if (whenInvalid === "dead-letter" && deadLetter === undefined) {
    faults.add({ path: "deadLetter", message: 'is required when whenInvalid is "dead-letter"' });
  }
  const claimTtlMs = idempotency?.claimTtlMs ?? handlerTimeoutMs + 30_000;
  const areTimesValid = !faults.has("handlerTimeoutMs") && !faults.has("idempotency.claimTtlMs");
  if (idempotency !== undefined && areTimesValid && claimTtlMs <= handlerTimeoutMs) {
    const message =
      "must be longer than handlerTimeoutMs, or a second handler begins while the first one runs";
    faults.add({ path: "idempotency.claimTtlMs", message });
  }
  faults.throwIfAny();
  const { maxAttempts = deadLetter === undefined ? Number.POSITIVE_INFINITY : 5, ...delays } = read.retry;
  return {
    ...read,
    handler,
    capacity: capacity ?? concurrency + 10,
    retry: { maxAttempts, ...delays },
    whenInvalid,
    idempotency: idempotency && { ...idempotency, claimTtlMs },
    onProcessed: loggedListener("The onProcessed function", onProcessed, logger),
    // The rules check that a function is one; what it takes and returns is for the compiler of the caller to
    // check.
  } as unknown as ResolvedConsumerOptions<D, Message, Result>;
}

/** A source: named member by member, because users write their own. */
function sourceRule(): OptionRule<unknown> {
  const methods = option.methods<Source<Delivery>, { presence: "required" }>(["run", "settle", "release"], {
    presence: "required",
  });
  const redelivery = option.oneOf(["by-queue", "in-place"], { presence: "required" });
  return (value, path, faults) => {
    methods(value, path, faults);
    if (!faults.has(path)) redelivery((value as Source<Delivery>).redelivery, `${path}.redelivery`, faults);
    return value;
  };
}
