import type { Clock, Logger, Random } from "@wirekit/core";
import {
  createConsumer,
  type HandlerContext,
  type IdempotencyStore,
  type Source,
} from "@wirekit/core/inbound";
import { checkFunction, Faults, type OptionRule, option, readOptions } from "@wirekit/core/kit";
import { isTracingOn } from "@wirekit/core/tracing";
import type { BusLifecycle } from "./bus-lifecycle.ts";
import { type FindTargetFault, receiveRules } from "./bus-options.ts";
import type {
  BusDelivery,
  ConsumeOptions,
  MessageConsumer,
  MessageContext,
  MessageHandler,
} from "./consume-options.ts";
import {
  deadLetterPlaceName,
  deadLetterRule,
  deadLetterSinkOf,
  type SendDeadLetter,
} from "./dead-letters.ts";
import { type ReceivedMessage, toReceived } from "./received.ts";
import { handlerSpan } from "./spans.ts";
import type { DecodedMessage, UnknownKinds } from "./wire/message.ts";

/** The options that a bus needs to open the source of a consumer. */
export type SourceOptions = Pick<
  ConsumeOptions,
  "target" | "groupId" | "visibilityTimeoutMs" | "unknownKinds"
>;

/** What a bus brings to its consumers. */
export interface ConsumerSetup<D extends BusDelivery> {
  /** The kind of bus, in OpenTelemetry's words: `"kafka"`, `"aws_sqs"`. */
  readonly system: string;
  readonly life: BusLifecycle;
  readonly findTargetFault: FindTargetFault;
  readonly visibilityRule: OptionRule<number | undefined>;
  /** Called if the options that it is given are without a fault. */
  readonly openSource: (options: SourceOptions) => Source<D>;
  /** Writes a dead letter to another target of the same bus. */
  readonly sendText: SendDeadLetter;
  /**
   * The most deliveries that are held; `Infinity` for a source that bounds them itself. Default:
   * `concurrency` + 10.
   */
  readonly capacity?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
}

/**
 * Starts a consumer on a bus. All buses do it in this way; only the source differs.
 *
 * @throws ConfigError naming every option at fault; ClosedError.
 */
export function startConsumer<D extends BusDelivery, Unknown extends UnknownKinds>(
  options: ConsumeOptions<Unknown>,
  handler: MessageHandler<DecodedMessage<Unknown>>,
  setup: ConsumerSetup<D>,
): MessageConsumer {
  const { life, sendText, system, clock, random, logger, capacity } = setup;
  const faults = new Faults();
  const read = readOptions(options, consumeRules<D>(setup), faults);
  if (faults.has("options")) faults.throwIfAny();
  if (read.deadLetter?.target !== undefined && read.deadLetter.target === read.target) {
    const message = "must be another target than the one that is consumed, which would receive it again";
    faults.add({ path: "deadLetter.target", message });
  }
  faults.add(checkFunction("handler", handler, "required"));
  // One that is at fault is named already.
  const idempotency = faults.has("idempotency") ? undefined : read.idempotency;
  const sink = deadLetterSinkOf(read.deadLetter, sendText);
  const consumer: MessageConsumer = createConsumer<D, ReceivedMessage<DecodedMessage<Unknown>>>(
    {
      source: faults.issues.length === 0 ? openSource(read, setup) : faultySource<D>(faults),
      decode: ({ received }) => decode<Unknown>(received, read.unknownKinds as Unknown | undefined),
      concurrency: read.concurrency,
      capacity,
      handlerTimeoutMs: read.handlerTimeoutMs,
      abandonAfterMs: read.abandonAfterMs,
      retry: read.retry,
      classify: read.classify,
      onProcessed: read.onProcessed,
      deadLetter: sink && { sink, place: deadLetterPlaceName(read.deadLetter) },
      idempotency: idempotency && { ...idempotency, keyOf: idempotencyKeyOf },
      span: handlerSpan(system),
      isSpanOn: isTracingOn,
      clock,
      random,
      logger,
    },
    (received, context) => handler(received.message, new ContextOfMessage(received, context)),
  );
  consumer.on("processed", ({ outcome }) => {
    if (outcome === "invalid") life.counters.invalid();
  });
  life.addConsumer(consumer, read.target);
  return consumer;
}

/** What core's consumer checks is handed on as it was given. */
function consumeRules<D extends BusDelivery>({ findTargetFault, visibilityRule }: ConsumerSetup<D>) {
  const { target, groupId, unknownKinds } = receiveRules(findTargetFault);
  return {
    target,
    groupId,
    unknownKinds,
    visibilityTimeoutMs: visibilityRule,
    deadLetter: deadLetterRule(findTargetFault),
    retry: option.optionalGroup({
      maxAttempts: option.unchecked<number | undefined>(),
      baseDelayMs: option.unchecked<number | undefined>(),
      maxDelayMs: option.unchecked<number | undefined>(),
    }),
    idempotency: option.optionalGroup({
      store: option.methods<IdempotencyStore, { presence: "required" }>(
        ["begin", "complete", "abandon", "renew"],
        { presence: "required" },
      ),
      claimTtlMs: option.unchecked<number | undefined>(),
      resultTtlMs: option.unchecked<number | undefined>(),
    }),
    concurrency: option.unchecked<ConsumeOptions["concurrency"]>(),
    handlerTimeoutMs: option.unchecked<ConsumeOptions["handlerTimeoutMs"]>(),
    abandonAfterMs: option.unchecked<ConsumeOptions["abandonAfterMs"]>(),
    classify: option.unchecked<ConsumeOptions["classify"]>(),
    onProcessed: option.unchecked<ConsumeOptions["onProcessed"]>(),
  };
}

function openSource<D extends BusDelivery>(
  options: SourceOptions,
  { life, openSource: open }: ConsumerSetup<D>,
) {
  life.throwUnlessOpen();
  return open(options);
}

/**
 * Stands in for the source where options are at fault, so that core's consumer names its own faults together
 * with them.
 */
function faultySource<D extends BusDelivery>({ issues: faults }: Faults): Source<D> {
  return {
    redelivery: "in-place",
    faults,
    run: async () => {},
    settle: () => {},
    release: () => {},
  };
}

function decode<Unknown extends UnknownKinds>(
  facts: BusDelivery["received"],
  unknownKinds: Unknown | undefined,
): ReceivedMessage<DecodedMessage<Unknown>> {
  const received = toReceived<Unknown>(facts, unknownKinds);
  if (received.kind === "invalid") throw received.error;
  return received;
}

function idempotencyKeyOf({
  target,
  groupId = "",
  message,
}: ReceivedMessage<Pick<DecodedMessage<"pass">, "metaData">>): string {
  return JSON.stringify([target, groupId, message.metaData.idempotencyKey]);
}

/** The signal is handed on and not read: it is made only when a handler asks for it. */
class ContextOfMessage<Message, D extends BusDelivery> implements MessageContext<Message> {
  readonly received: ReceivedMessage<Message>;
  readonly #context: HandlerContext<D>;

  constructor(received: ReceivedMessage<Message>, context: HandlerContext<D>) {
    this.received = received;
    this.#context = context;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }
}
