import type { ConsumerOptions as CoreOptions, DeadLetterSink, IdempotencyStore } from "@wirekit/core/inbound";
import { checkFunction, Faults, isSignal, type OptionRule, option, readOptions } from "@wirekit/core/kit";
import type { SqsDelivery, SqsSourceOptions } from "@wirekit/core/sqs";
import { type Discriminator, eventRules } from "../events/define-event.ts";
import type { EventSchema, Received } from "../events/schema.ts";
import type { MessageMetadata } from "./event-handler.ts";
import type { QueueTarget } from "./queue-directory.ts";

/** Where messages go that are given up. Without it they are left to the queue's redrive policy. */
export type DeadLetterDestination =
  | { readonly queue: string }
  | { readonly topic: string }
  | { readonly sink: DeadLetterSink<SqsDelivery> };

/** How `health()` and the log name it. A sink of the user's has no name. */
export function deadLetterPlaceName(destination: DeadLetterDestination): string | undefined {
  const { queue, topic } = destination as { readonly queue?: string; readonly topic?: string };
  if (queue !== undefined) return `the queue ${JSON.stringify(queue)}`;
  return topic === undefined ? undefined : `the topic ${JSON.stringify(topic)}`;
}

type Core = CoreOptions<SqsDelivery>;

/** How messages are consumed, whatever they are. `Event` is what handlers are given. */
export interface HandlingOptions<Event = unknown>
  extends Pick<
      Core,
      "concurrency" | "handlerTimeoutMs" | "abandonAfterMs" | "retry" | "classify" | "whenInvalid"
    >,
    Pick<
      SqsSourceOptions,
      "visibilityTimeoutMs" | "waitTimeMs" | "maxReceives" | "receiveSize" | "settleLingerMs"
    > {
  /**
   * The most messages that wait, received and leased, for a free slot. Default 10, the most that SQS gives at
   * once.
   */
  readonly prefetch?: number | undefined;
  readonly deadLetter?: DeadLetterDestination | undefined;
  /** Handles each event once, also if it is delivered again. Off unless given. */
  readonly idempotency?: ConsumeIdempotency<Event> | undefined;
  /** Closes the consumer when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** What to consume (the queue of a topic, or a queue by its own name), the form that is due, and how. */
export type ConsumeOptions<Schema extends EventSchema = EventSchema> = QueueTarget &
  HandlingOptions<Received<Schema>> & {
    readonly schema: Schema;
    /** Messages of another type are not handled, and are left to the redrive policy. */
    readonly discriminator?: Discriminator | undefined;
  };

/** Handles each event once, within its queue. */
export interface ConsumeIdempotency<Event = unknown> {
  /** Remembers which events are being handled, and which have been. */
  readonly store: IdempotencyStore;
  /**
   * The key of an event: the same for every copy of it, and for no other event. An event for which it returns
   * `undefined` is handled as often as it is delivered.
   *
   * Default: `metadata.messageId`, which covers deliveries of one message. What was published twice has two
   * ids, and needs a key of the event's own.
   */
  readonly keyOf?: ((event: Event, metadata: MessageMetadata) => string | undefined) | undefined;
  /**
   * After this time without a sign of life another consumer may take an event, in milliseconds. Must be
   * longer than `handlerTimeoutMs`. Default: 30 seconds longer.
   */
  readonly claimTtlMs?: number | undefined;
  /** How long it is remembered that an event was handled, in milliseconds. Default 24 hours. */
  readonly resultTtlMs?: number | undefined;
}

/** What core's consumer and source check under the same names. */
const checkedByCore = option.unchecked<never>();

const handlingRules = {
  concurrency: checkedByCore,
  handlerTimeoutMs: checkedByCore,
  abandonAfterMs: checkedByCore,
  retry: checkedByCore,
  classify: checkedByCore,
  whenInvalid: checkedByCore,
  visibilityTimeoutMs: checkedByCore,
  waitTimeMs: checkedByCore,
  maxReceives: checkedByCore,
  receiveSize: checkedByCore,
  settleLingerMs: checkedByCore,
  prefetch: option.whole({ minimum: 0, default: 10 }),
  deadLetter: destinationRule(),
  idempotency: option.optionalGroup({
    store: checkedByCore,
    keyOf: option.fn(),
    claimTtlMs: checkedByCore,
    resultTtlMs: checkedByCore,
  }),
  signal: option.custom<AbortSignal>((value) => (isSignal(value) ? undefined : "must be an AbortSignal")),
};

const rules = {
  ...handlingRules,
  topic: option.text(),
  queue: option.text(),
  ...eventRules,
  // An `EventDefinition` says these for publishing.
  attributes: option.unchecked<unknown>(),
  groupId: option.unchecked<unknown>(),
  deduplicationId: option.unchecked<unknown>(),
};

/** What is wrong with the options of `consume`, as far as core does not check it. */
export function findConsumeFaults(options: unknown, handler: unknown): Faults {
  const faults = new Faults();
  const { topic, queue } = readOptions(options, rules, faults);
  if ((topic === undefined) === (queue === undefined) && !faults.has("options")) {
    faults.add({ path: "topic", message: "or queue is required, one of them" });
  }
  faults.add(checkFunction("handler", handler, "required"));
  return faults;
}

/** The same for the options of `runConsumer`. */
export function findHandlingFaults(options: unknown): Faults {
  const faults = new Faults();
  readOptions(options, handlingRules, faults);
  return faults;
}

function destinationRule(): OptionRule<DeadLetterDestination | undefined> {
  const group = option.optionalGroup({ queue: option.text(), topic: option.text(), sink: option.fn() });
  return (value, path, faults) => {
    const read = group(value, path, faults);
    const given = read === undefined ? [] : Object.values(read).filter((each) => each !== undefined);
    if (read !== undefined && given.length !== 1 && !faults.has(path)) {
      faults.add({ path, message: "must name one of queue, topic and sink" });
    }
    return value as DeadLetterDestination | undefined;
  };
}
