import {
  ClosedError,
  consoleLogger,
  defaultRetryPolicy,
  type RetryPolicy,
  type SendOutcome,
  systemClock,
} from "@wirekit/core";
import type { BatcherStats } from "@wirekit/core/outbound";
import { auditWriter } from "./audit.ts";
import { type AwsClients, awsClients } from "./clients.ts";
import type { AwsMessagingConfig } from "./config.ts";
import type { ConsumeOptions, ConsumeTarget } from "./consume-options.ts";
import { DeadLetterWriter } from "./dead-letter-writer.ts";
import type { DefinedEvent } from "./define-event.ts";
import { type EventConsumer, type EventConsumerParts, startConsumer } from "./event-consumer.ts";
import type { EventHandler } from "./event-handler.ts";
import type { AwsMessagingParts } from "./messaging-options.ts";
import { type Provisioned, type ProvisionOptions, provision } from "./provision.ts";
import type { BatchEvent, PublishOptions, PublishReceipt, PublishTarget } from "./publish-options.ts";
import { Publisher } from "./publisher.ts";
import { runConsumers } from "./run-consumers.ts";
import type { EventSchema, Published, Received } from "./schema.ts";
import { SubscriptionRegistry } from "./subscriptions.ts";
import type { UnsentMessages } from "./topic-publishers.ts";

/** What `close` left undone. */
export interface MessagingCloseReport extends UnsentMessages {
  /** Messages that were received and not handled; they are delivered again. */
  readonly notHandled: number;
}

/** SNS and SQS for one configuration: owns the clients, the batchers and the consumers. */
export class AwsMessaging implements AsyncDisposable {
  readonly #config: AwsMessagingConfig;
  readonly #clients: AwsClients;
  readonly #publisher: Publisher;
  readonly #policy: Partial<RetryPolicy>;
  readonly #consumerParts: EventConsumerParts;
  readonly #deadLetters: DeadLetterWriter;
  readonly #consumers = new Set<EventConsumer>();
  #closing: Promise<MessagingCloseReport> | undefined;

  /** Opens nothing: the AWS SDK is loaded, and AWS asked, on first use. */
  constructor(config: AwsMessagingConfig, parts: AwsMessagingParts = {}) {
    const { logger = consoleLogger, clock = systemClock } = parts;
    const audit = auditWriter(parts.audit, { clock, logger });
    this.#config = config;
    this.#clients = awsClients(config, parts);
    this.#policy = { ...defaultRetryPolicy, maxAttempts: config.retryAttempts + 1 };
    const common = { ...parts, config, clients: this.#clients, policy: this.#policy, logger, clock, audit };
    this.#publisher = new Publisher(common);
    this.#deadLetters = new DeadLetterWriter(common);
    this.#consumerParts = { ...common, writeDeadLetter: (destination) => this.#deadLetters.to(destination) };
  }

  /**
   * Publishes one event; resolves once SNS has taken it. Calls made together share requests.
   *
   * @throws ValidationFailedError or InvalidMessageError for the event, before anything is sent; AWSConnectionError for what AWS said in
   * the end, with `attempts`; TimeoutError; the signal's own reason.
   */
  publish<Schema extends EventSchema>(
    target: PublishTarget<Schema>,
    event: Published<Schema>,
    options: PublishOptions = {},
  ): Promise<PublishReceipt> {
    return this.#publisher.publish({ target, event, options });
  }

  /** Publishes many events; resolves with what became of each, in their order. */
  publishBatch<Schema extends EventSchema>(
    target: PublishTarget<Schema>,
    events: readonly BatchEvent<Schema>[],
    options: Pick<PublishOptions, "signal" | "timeoutMs"> = {},
  ): Promise<SendOutcome<PublishReceipt>[]> {
    return Promise.all(
      events.map(({ event, ...own }) =>
        this.#publisher.publishOutcome({ target, event, options: { ...own, ...options } }),
      ),
    );
  }

  /** Publishes an event that knows its topic and schema: one made by what `defineEvent` returned. */
  publishEvent<Schema extends EventSchema>(
    { definition, event }: DefinedEvent<Schema>,
    options: PublishOptions = {},
  ): Promise<PublishReceipt> {
    return this.publish(definition, event, options);
  }

  /**
   * Starts to consume a queue; returns at once. A message is deleted when its handler has succeeded, and comes again when it has failed.
   *
   * @throws ConfigError naming every option at fault; ClosedError.
   */
  consume<Schema extends EventSchema>(
    target: ConsumeTarget<Schema>,
    handler: EventHandler<Schema>,
    options: ConsumeOptions<Received<Schema>> = {},
  ): EventConsumer {
    const name = target.topic ?? target.queue;
    const { schema, discriminator } = target;
    const registry = new SubscriptionRegistry().subscribe(name, { schema, discriminator }, handler);
    return this.#start(
      target.topic === undefined ? { queue: name } : { topic: name },
      registry,
      name,
      options,
    );
  }

  /**
   * Consumes all topics of `subscriptions` until the signal fires, and then closes them. Rejects when one of them stops by itself; the others
   * are closed first.
   */
  runConsumer(subscriptions: SubscriptionRegistry, options: ConsumeOptions = {}): Promise<void> {
    const { signal, ...rest } = options;
    return runConsumers(
      subscriptions.topics.map((topic) => () => this.#start({ topic }, subscriptions, topic, rest)),
      signal,
    );
  }

  /** Sees to it that a topic has its queue, its dead-letter queue and its subscription. Any number of times. */
  async provision(topic: string, options: ProvisionOptions = {}): Promise<Provisioned> {
    return provision(topic, options, {
      config: this.#config,
      sns: await this.#clients.sns(),
      sqs: await this.#clients.sqsAdmin(),
      policy: this.#policy,
    });
  }

  /** What is held for each topic that was published to, and what became of what was; by ARN. */
  async stats(): Promise<Readonly<Record<string, BatcherStats>>> {
    return this.#publisher.stats();
  }

  /**
   * Takes nothing more, lets handlers finish, sends what was given before, and returns what was left after `timeoutMs` (10,000 unless said).
   * Closing again returns the same report.
   */
  close({
    timeoutMs = 10_000,
  }: {
    readonly timeoutMs?: number | undefined;
  } = {}): Promise<MessagingCloseReport> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(
    target: { readonly topic: string } | { readonly queue: string },
    subscriptions: SubscriptionRegistry,
    name: string,
    options: ConsumeOptions<never>,
  ): EventConsumer {
    if (this.#closing !== undefined) throw new ClosedError("The messaging client");
    const queue = "topic" in target ? { topic: target.topic } : { queue: target.queue };
    const consumer = startConsumer(
      queue,
      (message) => subscriptions.find(name, message),
      options,
      this.#consumerParts,
    );
    this.#consumers.add(consumer);
    consumer.on("stopped", () => this.#consumers.delete(consumer));
    return consumer;
  }

  async #close(timeoutMs: number): Promise<MessagingCloseReport> {
    const { clock = systemClock } = this.#consumerParts;
    const startedAt = clock.monotonic();
    const left = (): number => Math.max(0, timeoutMs - (clock.monotonic() - startedAt));
    // Handlers may publish while they finish: consumers end first.
    const consumed = await Promise.all([...this.#consumers].map((consumer) => consumer.close({ timeoutMs })));
    const published = await this.#publisher.close({ timeoutMs: left() });
    await this.#deadLetters.close({ timeoutMs: left() });
    this.#clients.close();
    return { ...published, notHandled: consumed.reduce((sum, report) => sum + report.notHandled, 0) };
  }
}
