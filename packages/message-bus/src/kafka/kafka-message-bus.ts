import type { Env, SendOutcome, WaitOptions } from "@wirekit/core";
import { BusLifecycle } from "../bus-lifecycle.ts";
import type { ConsumeOptions, MessageConsumer, MessageHandler } from "../consume-options.ts";
import { defaultGroupId } from "../default-group-id.ts";
import type {
  BusCloseReport,
  BusStats,
  MessageBus,
  MessagesOptions,
  ReceiveOptions,
  SendManyOptions,
  SendOptions,
} from "../message-bus.ts";
import { messagesOf } from "../messages.ts";
import { type Received, toReceived } from "../received.ts";
import { sendEach } from "../send-each.ts";
import { startConsumer } from "../start-consumer.ts";
import type { DecodedMessage, SendableMessage, UnknownKinds } from "../wire/message.ts";
import { KafkaReceiver } from "./consumer/kafka-receiver.ts";
import { KafkaSource } from "./consumer/kafka-source.ts";
import type { KafkaSourceOptions } from "./consumer/kafka-source-options.ts";
import { KafkajsDriver } from "./driver/kafkajs-driver.ts";
import { KafkaConsumers } from "./kafka-consumers.ts";
import type { KafkaDriver, PartitionLag } from "./kafka-driver.ts";
import { kafkaOptionsFromEnv } from "./kafka-env.ts";
import { groupHealth, type KafkaBusHealth } from "./kafka-health.ts";
import {
  type KafkaMessageBusOptions,
  type ResolvedKafkaOptions,
  resolveKafkaOptions,
} from "./kafka-options.ts";
import { KafkaReceivers, type TopicOfGroup } from "./kafka-receivers.ts";
import { KafkaSends, type KafkaSentMessage, system } from "./kafka-sends.ts";
import { checkReceiveOptions, checkTopic } from "./kafka-topic.ts";

/** Which message is done with, by the receipt handle alone. */
export interface KafkaReceiptOptions extends WaitOptions {
  readonly target: string;
  /** `<topic>:<partition>:<offset>`. */
  readonly receiptHandle: string;
  /** Needed where several groups receive from the topic. */
  readonly groupId?: string | undefined;
}

/**
 * A bus over Apache Kafka, and whatever speaks its protocol. A target is a topic. Sends are gathered into full requests of an idempotent producer; consumers
 * handle many messages of a partition at once, those of one key in order, and commit only what is done.
 *
 * kafkajs (an optional peer) is loaded with the first message.
 */
export class KafkaMessageBus implements MessageBus<KafkaSentMessage> {
  readonly #options: ResolvedKafkaOptions;
  readonly #driver: KafkaDriver;
  readonly #sends: KafkaSends;
  readonly #life = new BusLifecycle();
  readonly #consumers = new KafkaConsumers();
  readonly #receivers: KafkaReceivers;

  /** Reads nothing but its options, and connects with the first message. @throws ConfigError naming every option at fault. */
  constructor(options: KafkaMessageBusOptions) {
    this.#options = resolveKafkaOptions(options);
    this.#driver = this.#options.driver ?? new KafkajsDriver(this.#options);
    this.#sends = new KafkaSends(this.#driver, this.#options, this.#life.counters);
    this.#receivers = new KafkaReceivers((place) => new KafkaReceiver(this.#sourceOptions(place)));
  }

  /**
   * A bus as the environment says: `KAFKA_BOOTSTRAP_SERVERS`, `KAFKA_API_PROTOCOL`, `KAFKA_API_SASL_MECHANISM`, `KAFKA_API_KEY` (the user name) and
   * `KAFKA_API_SECRET` (the password). `overrides` come first.
   *
   * @throws ConfigError naming every variable and option at fault.
   */
  static fromEnv(env: Env = process.env, overrides: KafkaMessageBusOptions = {}): KafkaMessageBus {
    return new KafkaMessageBus(kafkaOptionsFromEnv(env, overrides));
  }

  /**
   * @throws InvalidMessageError, MessageTooLargeError or ConfigError before anything is sent; UnconfirmedError when it was sent and may have arrived;
   * LoginRefusedError, TopicMissingError, KafkaRefusedError, ConnectionError, TimeoutError or ClosedError when it has not; the signal's own
   * reason.
   */
  sendMessage(
    message: SendableMessage,
    { target, key, signal, timeoutMs }: SendOptions,
  ): Promise<KafkaSentMessage> {
    return this.#sends.send({ target, key, signal, timeoutMs, message });
  }

  async sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<readonly SendOutcome<KafkaSentMessage>[]> {
    return sendEach(messages, options, {
      sendOne: (message, sendOptions) => this.#sends.sendOne(message, sendOptions),
      counters: this.#life.counters,
    });
  }

  /**
   * Receives one message as a member of the group, which this bus joins with the first call and stays in until it is closed. What was received and is not
   * acknowledged comes again when the group rebalances or the bus is closed: there is no visibility time-out here, and `visibilityTimeoutMs` has no
   * meaning.
   *
   * @throws WirekitError when the time is over and the broker could not be asked; ClosedError; the signal's own reason.
   */
  async receiveMessage<Unknown extends UnknownKinds = "refuse">(
    options: ReceiveOptions<Unknown>,
  ): Promise<Received<DecodedMessage<Unknown>> | undefined> {
    const {
      target: topic,
      groupId = defaultGroupId(topic),
      timeoutMs = 1_000,
      signal,
      unknownKinds,
    } = options;
    checkReceiveOptions({ topic, groupId, timeoutMs });
    this.#life.throwUnlessOpen();
    const facts = await this.#receivers.at({ topic, groupId }).receive({ timeoutMs, signal });
    if (facts === undefined) return undefined;
    const received = toReceived<Unknown>(facts, unknownKinds);
    if (received.kind === "invalid") this.#life.counters.invalid();
    return received;
  }

  /** @throws ReceiptError when the group has rebalanced since, or the receipt handle was not given out; WirekitError when nothing could be committed. */
  async acknowledge(received: Received<unknown>, options: WaitOptions = {}): Promise<void> {
    const { target, groupId = defaultGroupId(target), receiptHandle } = received;
    await this.acknowledgeReceipt({ ...options, target, groupId, receiptHandle });
  }

  /**
   * The same by the receipt handle alone, for a program that has kept nothing else.
   *
   * @throws ReceiptError as `acknowledge`, and when the handle is malformed; ConfigError when several groups are open on the topic, and none is named.
   */
  async acknowledgeReceipt({
    target,
    groupId,
    receiptHandle,
    ...options
  }: KafkaReceiptOptions): Promise<void> {
    options.signal?.throwIfAborted();
    this.#life.throwIfClosed();
    await this.#receivers.ofReceipt(target, groupId, receiptHandle).acknowledge(receiptHandle, options);
  }

  messages<Unknown extends UnknownKinds = "refuse">(
    options: MessagesOptions<Unknown>,
  ): AsyncIterableIterator<Received<DecodedMessage<Unknown>>> {
    return messagesOf(this, options);
  }

  consume<Unknown extends UnknownKinds = "refuse">(
    options: ConsumeOptions<Unknown>,
    handler: MessageHandler<DecodedMessage<Unknown>>,
  ): MessageConsumer {
    const { target: topic, groupId = defaultGroupId(topic) } = options;
    const { clock, random, logger } = this.#options;
    checkReceiveOptions({ topic, groupId, timeoutMs: 0 });
    if (options.deadLetterTarget !== undefined) checkTopic(options.deadLetterTarget, "deadLetterTarget");
    this.#life.throwUnlessOpen();
    const source = new KafkaSource(this.#sourceOptions({ topic, groupId }));
    const consumer: MessageConsumer = startConsumer(options, handler, {
      source,
      system,
      sendText: (text, { target, key, headers, signal }) =>
        this.#sends.send({ target, key, headers, signal, text }),
      // The source bounds what it holds by bytes.
      capacity: Number.POSITIVE_INFINITY,
      clock,
      random,
      logger,
    });
    consumer.on("processed", ({ outcome }) => {
      if (outcome === "invalid") this.#life.counters.invalid();
    });
    this.#life.consumers.add(consumer, topic);
    this.#consumers.add(consumer, { topic, groupId, source });
    return consumer;
  }

  /**
   * How far a group is behind in each partition, as the broker says now; also of a group that this bus is no member of.
   *
   * @throws WirekitError when the broker cannot be asked, or knows no such topic.
   */
  async lag({
    target,
    groupId = defaultGroupId(target),
  }: Pick<ReceiveOptions, "target" | "groupId">): Promise<readonly PartitionLag[]> {
    checkReceiveOptions({ topic: target, groupId, timeoutMs: 0 });
    this.#life.throwIfClosed();
    return this.#driver.lag(target, groupId);
  }

  stats(): BusStats {
    return this.#life.counters.stats();
  }

  health(): KafkaBusHealth {
    const receivers = this.#receivers.states();
    const faults = receivers.map(({ fault }) => fault?.message);
    const { state, problems: stopped } = this.#life.health();
    const problems = [this.#sends.problem, ...stopped, ...faults];
    return {
      state,
      problems: problems.filter((problem) => problem !== undefined),
      groups: [
        ...this.#consumers.states().map((state) => groupHealth("consumer", state)),
        ...receivers.map((state) => groupHealth("receiver", state)),
      ],
    };
  }

  close(options?: { readonly timeoutMs?: number | undefined }): Promise<BusCloseReport> {
    return this.#life.close(options, (timeoutMs) => this.#close(timeoutMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeoutMs: number): Promise<BusCloseReport> {
    const { clock } = this.#options;
    const endsAt = clock.monotonic() + timeoutMs;
    // Handlers that run may still send and acknowledge; nothing more is received.
    // A part of the time is the producer's, also where a handler takes all that there is.
    const consumingMs = timeoutMs * 0.9;
    const left = await Promise.all([
      this.#life.consumers.close({ timeoutMs: consumingMs }),
      this.#receivers.close({ timeoutMs: consumingMs }),
    ]);
    const unsent = await this.#sends.close({ timeoutMs: Math.max(0, endsAt - clock.monotonic()) });
    await this.#driver.close();
    return { ...unsent, unacknowledged: left.reduce((sum, count) => sum + count, 0) };
  }

  #sourceOptions({ topic, groupId }: TopicOfGroup): KafkaSourceOptions {
    const options = this.#options;
    return {
      driver: this.#driver,
      member: {
        topic,
        groupId,
        startAt: "earliest",
        sessionTimeoutMs: options.sessionTimeoutMs,
        rebalanceTimeoutMs: options.rebalanceTimeoutMs,
        heartbeatIntervalMs: options.heartbeatIntervalMs,
        maxWaitMs: options.fetchMaxWaitMs,
        maxBytesPerPartition: options.fetchMaxBytesPerPartition,
        maxBytes: options.fetchMaxBytes,
        assignors: options.assignors,
      },
      keylessOrder: options.keylessOrder,
      maxBufferedBytes: options.maxBufferedBytes,
      commitIntervalMs: options.commitIntervalMs,
      rebalanceGraceMs: options.rebalanceGraceMs,
      onDelivered: (facts) => this.#life.counters.received(facts),
      onAcknowledged: () => this.#life.counters.acknowledged(),
      logger: options.logger,
      clock: options.clock,
      random: options.random,
    };
  }
}
