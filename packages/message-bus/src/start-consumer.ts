import type { Clock, Logger, Random } from "@wirekit/core";
import { createConsumer, type HandlerContext, type Source } from "@wirekit/core/inbound";
import { isTracingOn } from "@wirekit/core/tracing";
import type {
  BusDelivery,
  ConsumeOptions,
  MessageConsumer,
  MessageContext,
  MessageHandler,
} from "./consume-options.ts";
import { deadLetterSinkOf, type RawSender } from "./dead-letters.ts";
import { type ReceivedMessage, toReceived } from "./received.ts";
import { handlerSpan } from "./spans.ts";
import type { DecodedMessage, UnknownKinds } from "./wire/message.ts";

/** What a bus brings to its consumers. */
export interface ConsumerParts<D extends BusDelivery> {
  readonly source: Source<D>;
  /** The kind of bus, in OpenTelemetry's words: `"kafka"`, `"aws_sqs"`. */
  readonly system: string;
  readonly sendText: RawSender;
  /** The most deliveries that are held; `Infinity` for a source that bounds them itself. Default: `concurrency` + 10. */
  readonly capacity?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
}

/**
 * Starts a consumer in the way that all buses share; which source it receives from is all that differs.
 *
 * @throws ConfigError naming every option at fault.
 */
export function startConsumer<D extends BusDelivery, Unknown extends UnknownKinds>(
  options: ConsumeOptions<Unknown>,
  handler: MessageHandler<DecodedMessage<Unknown>>,
  parts: ConsumerParts<D>,
): MessageConsumer {
  const { idempotency, unknownKinds } = options;
  const sink = deadLetterSinkOf(options, parts.sendText);
  return createConsumer<D, ReceivedMessage<DecodedMessage<Unknown>>>(
    {
      source: parts.source,
      concurrency: options.concurrency,
      capacity: parts.capacity,
      handlerTimeoutMs: options.handlerTimeoutMs,
      abandonAfterMs: options.abandonAfterMs,
      retry: { maxAttempts: options.maxAttempts, ...options.backoff },
      classify: options.classify,
      onProcessed: options.onProcessed,
      deadLetter: sink && { sink },
      decode: ({ received: facts }) => {
        const received = toReceived<Unknown>(facts, unknownKinds);
        if (received.kind === "invalid") throw received.error;
        return received;
      },
      idempotency: idempotency && {
        ...idempotency,
        keyOf: ({ target, groupId = "", message }) =>
          JSON.stringify([target, groupId, message.metaData.idempotencyKey]),
      },
      span: handlerSpan(parts.system),
      isSpanOn: isTracingOn,
      clock: parts.clock,
      random: parts.random,
      logger: parts.logger,
    },
    (received, context) => handler(received.message, new ContextOfMessage(received, context)),
  );
}

/** The signal is handed on and not read: it is made only when somebody asks for it. */
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
