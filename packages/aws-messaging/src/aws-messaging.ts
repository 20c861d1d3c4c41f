import {
  type Client,
  ClosedError,
  type CloseOptions,
  type CloseReport,
  type Env,
  type Health,
  type Overrides,
  type SendOutcome,
  WirekitError,
} from "@wirekit/core";
import { Closing, type Deadline, Troubles } from "@wirekit/core/kit";
import { auditWriter } from "./audit.ts";
import {
  type AwsMessagingConfig,
  type AwsMessagingOptions,
  awsMessagingConfig,
  awsMessagingConfigFromEnv,
} from "./config.ts";
import { type AwsClients, awsClients } from "./connection/clients.ts";
import {
  type ConsumeOptions,
  findConsumeFaults,
  findHandlingFaults,
  type HandlingOptions,
} from "./consuming/consume-options.ts";
import { DeadLetterWriter } from "./consuming/dead-letter-writer.ts";
import { type ConsumerContext, type EventConsumer, startConsumer } from "./consuming/event-consumer.ts";
import type { EventHandler } from "./consuming/event-handler.ts";
import type { QueueTarget } from "./consuming/queue-directory.ts";
import { runConsumers } from "./consuming/run-consumers.ts";
import { SubscriptionRegistry } from "./consuming/subscriptions.ts";
import type { DefinedEvent } from "./events/define-event.ts";
import type { EventSchema, Published } from "./events/schema.ts";
import { type Provisioned, provision } from "./provisioning/provision.ts";
import type { ProvisionOptions } from "./provisioning/provision-options.ts";
import { checkBatchOptions, checkList, checkTarget } from "./publishing/check-call.ts";
import type {
  BatchEvent,
  PublishCall,
  PublishOptions,
  PublishReceipt,
  PublishTarget,
} from "./publishing/publish-options.ts";
import type { PublisherStats } from "./publishing/publish-stats.ts";
import { Publisher } from "./publishing/publisher.ts";

/** For calls without options. */
const noOptions: PublishOptions = {};

/** SNS and SQS for one configuration: owns the clients, the batchers and the consumers. */
export class AwsMessaging implements Client<PublishCall, PublisherStats> {
  readonly #config: AwsMessagingConfig;
  readonly #clients: AwsClients;
  readonly #publisher: Publisher;
  readonly #deadLetters: DeadLetterWriter;
  readonly #consumerContext: ConsumerContext;
  readonly #consumers = new Set<EventConsumer>();
  readonly #troubles: Troubles;
  readonly #closing: Closing<CloseReport<PublishCall>>;
  #status: "ok" | "closing" | "closed" = "ok";

  /**
   * Reads its options and nothing else. It opens nothing: the AWS SDK is loaded, and AWS asked, on first use.
   *
   * @throws ConfigError naming every option at fault.
   */
  constructor(options: AwsMessagingOptions) {
    const config = awsMessagingConfig(options);
    const { clock, logger } = config;
    this.#config = config;
    this.#clients = awsClients(config);
    this.#troubles = new Troubles(clock);
    this.#closing = new Closing(clock);
    const audit = auditWriter(config.audit, { clock, logger });
    const shared = { config, clients: this.#clients, troubles: this.#troubles, audit };
    this.#publisher = new Publisher(shared);
    this.#deadLetters = new DeadLetterWriter(shared);
    this.#consumerContext = { ...shared, deadLetters: this.#deadLetters };
  }

  /**
   * As `new AwsMessaging(awsMessagingConfigFromEnv(env, overrides))`.
   *
   * @throws ConfigError naming every variable or option at fault.
   */
  static fromEnv(env: Env = process.env, overrides: Overrides<AwsMessagingOptions> = {}): AwsMessaging {
    return new AwsMessaging(awsMessagingConfigFromEnv(env, overrides));
  }

  /**
   * Publishes one event; resolves once SNS has taken it. Calls made together share requests.
   *
   * @throws ValidationFailedError or MessageTooLargeError for the event, before anything is sent;
   * AWSConnectionError for what AWS said in the end, with `attempts`; UnconfirmedError if it went out and
   * nothing says what became of it; TimeoutError if its time was over before; the signal's own reason.
   */
  publish<Schema extends EventSchema>(
    target: PublishTarget<Schema>,
    event: Published<Schema>,
    options: PublishOptions = noOptions,
  ): Promise<PublishReceipt> {
    const refused = refusalOf(target);
    return refused ?? this.#publisher.publish({ target, event, options });
  }

  /**
   * Publishes many events; resolves with what became of each, in their order.
   *
   * @throws ConfigError if there is no target or list, or for an option at fault; nothing is published then.
   */
  async publishBatch<Schema extends EventSchema>(
    target: PublishTarget<Schema>,
    events: readonly BatchEvent<Schema>[],
    options: Pick<PublishOptions, "signal" | "timeoutMs"> = {},
  ): Promise<SendOutcome<PublishReceipt>[]> {
    checkTarget(target);
    checkList(events);
    checkBatchOptions(options);
    // Not by `map`, which passes over what is missing in the list.
    const outcomes = Array.from(events, (given) => {
      const { event, ...own } = given ?? ({} as BatchEvent<Schema>);
      return this.#publisher.publishOutcome({ target, event, options: { ...own, ...options } });
    });
    return Promise.all(outcomes);
  }

  /** Publishes an event that knows its topic and schema: one made by what `defineEvent` returned. */
  publishEvent<Schema extends EventSchema>(
    defined: DefinedEvent<Schema>,
    options: PublishOptions = noOptions,
  ): Promise<PublishReceipt> {
    // What is none has no definition: `publish` says so.
    const { definition, event } = defined ?? ({} as DefinedEvent<Schema>);
    return this.publish(definition, event, options);
  }

  /**
   * Starts to consume a queue; returns at once. A message is deleted when its handler has succeeded, and
   * comes again when it has failed.
   *
   * @throws ConfigError naming every option at fault; ClosedError.
   */
  consume<Schema extends EventSchema>(
    options: ConsumeOptions<Schema>,
    handler: EventHandler<Schema>,
  ): EventConsumer {
    // What `defineEvent` returns is a function with the members of a definition.
    const given = typeof options === "function" ? { ...(options as ConsumeOptions<Schema>) } : options;
    const { issues } = findConsumeFaults(given, handler);
    const { topic, queue, schema, discriminator, ...handling } = given ?? {};
    const name = topic ?? queue ?? "";
    const subscriptions = new SubscriptionRegistry();
    // What is wrong is named by the consumer that does not come to be.
    if (issues.length === 0) subscriptions.subscribe(name, { schema, discriminator }, handler);
    const target = topic === undefined ? { queue: name } : { topic };
    return this.#start(target, name, subscriptions, { ...handling, issues });
  }

  /**
   * Consumes all topics of `subscriptions` until the signal fires, and then closes them. Rejects when one of
   * them stops by itself; the others are closed first.
   */
  async runConsumer(subscriptions: SubscriptionRegistry, options: HandlingOptions = {}): Promise<void> {
    const faults = findHandlingFaults(options);
    // Not by its class, which a program may have twice.
    const { find, topics } = (subscriptions ?? {}) as Partial<SubscriptionRegistry>;
    if (typeof find !== "function" || !Array.isArray(topics)) {
      faults.add({ path: "subscriptions", message: "must be a SubscriptionRegistry" });
      faults.throwIfAny();
    }
    const { signal, ...handling } = options ?? {};
    // No consumer comes to be that would name them.
    if (faults.has("options") || signal?.aborted === true) faults.throwIfAny();
    const start = (topic: string) =>
      this.#start({ topic }, topic, subscriptions, { ...handling, issues: faults.issues });
    await runConsumers(
      subscriptions.topics.map((topic) => () => start(topic)),
      signal,
    );
  }

  /**
   * Makes sure that a topic has its queue, its dead-letter queue and its subscription. You can call it any
   * number of times.
   */
  async provision(topic: string, options: ProvisionOptions = {}): Promise<Provisioned> {
    return provision(topic, options, {
      config: this.#config,
      sns: await this.#clients.sns(),
      sqs: await this.#clients.sqsAdmin(),
    });
  }

  stats(): PublisherStats {
    return this.#publisher.stats();
  }

  /** What fails at present: publishing, look-ups, and its consumers. */
  health(): Health {
    // What comes back after the close says nothing of a client that has done its work.
    if (this.#status === "closed") return { status: "closed", reasons: [] };
    const { status, reasons } = this.#troubles.health(this.#status);
    const ofConsumers = [...this.#consumers].flatMap((consumer) => consumer.health().reasons);
    const isDegraded = status === "ok" && ofConsumers.length > 0;
    return { status: isDegraded ? "degraded" : status, reasons: [...reasons, ...ofConsumers] };
  }

  /**
   * Takes nothing more, lets handlers finish, sends what was given before, and returns what was left when
   * `timeoutMs` (default 10,000) was over. Closing again returns the same report.
   *
   * @throws ConfigError if `timeoutMs` is not a number of milliseconds; nothing is closed then.
   */
  close(options?: CloseOptions): Promise<CloseReport<PublishCall>> {
    return this.#closing.start(options, (deadline) => this.#close(deadline));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(
    target: QueueTarget,
    name: string,
    subscriptions: SubscriptionRegistry,
    options: HandlingOptions<never> & { readonly issues: ConsumerIssues },
  ): EventConsumer {
    if (this.#closing.isStarted) throw new ClosedError("The messaging client");
    const find = (message: Parameters<SubscriptionRegistry["find"]>[1]) => subscriptions.find(name, message);
    const consumer = startConsumer(target, find, options, this.#consumerContext);
    const area = `consuming ${name}`;
    this.#troubles.clear(area);
    this.#consumers.add(consumer);
    consumer.on("stopped", ({ error }) => {
      this.#consumers.delete(consumer);
      if (error !== undefined) this.#troubles.report(area, WirekitError.from(error));
    });
    return consumer;
  }

  async #close(deadline: Deadline): Promise<CloseReport<PublishCall>> {
    this.#status = "closing";
    // Handlers may publish while they finish: consumers end first, and leave time for what they published.
    const timeoutMs = deadline.leftMs(0.8);
    const consumed = await Promise.all([...this.#consumers].map((consumer) => consumer.close({ timeoutMs })));
    await this.#deadLetters.close(deadline);
    const unsent = await this.#publisher.close(deadline);
    this.#clients.close();
    this.#status = "closed";
    return { ...unsent, notHandled: consumed.reduce((sum, { notHandled }) => sum + notHandled, 0) };
  }
}

/** A rejection for a target that is none; `undefined` for one that is usual, at little cost. */
function refusalOf(target: unknown): Promise<never> | undefined {
  try {
    checkTarget(target);
    return undefined;
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}

type ConsumerIssues = Parameters<typeof startConsumer>[2]["issues"];
