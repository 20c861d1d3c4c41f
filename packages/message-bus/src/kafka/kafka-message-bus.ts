import type { CloseOptions, CloseReport, Env, Overrides, SendOutcome, WaitOptions } from "@wirekit/core";
import { type Deadline, Faults, makeFromEnv, option, readOptions } from "@wirekit/core/kit";
import { BusLifecycle, consumersShare } from "../bus-lifecycle.ts";
import { checkReceived, defaultGroupId, receiptHandleRule, receiveRules, waitRules } from "../bus-options.ts";
import { BusSends } from "../bus-sends.ts";
import type { ConsumeOptions, MessageConsumer, MessageHandler } from "../consume-options.ts";
import type {
  BusStats,
  MessageBus,
  MessagesOptions,
  ReceiveOptions,
  SendManyOptions,
  SendOptions,
  SentMessage,
} from "../message-bus.ts";
import { messagesOf } from "../messages.ts";
import { type Received, toReceived } from "../received.ts";
import { startConsumer } from "../start-consumer.ts";
import type { DecodedMessage, SendableMessage, UnknownKinds } from "../wire/message.ts";
import { KafkaReceiver } from "./consumer/kafka-receiver.ts";
import { KafkaSource } from "./consumer/kafka-source.ts";
import type { KafkaSourceOptions } from "./consumer/kafka-source-options.ts";
import { KafkajsDriver } from "./driver/kafkajs-driver.ts";
import type { KafkaDriver, PartitionLag } from "./kafka-driver.ts";
import { type KafkaBusHealth, KafkaConsumers, KafkaReceivers, type TopicOfGroup } from "./kafka-groups.ts";
import {
  findTopicFault,
  type KafkaMessageBusOptions,
  kafkaVariables,
  type ResolvedKafkaOptions,
  resolveKafkaOptions,
} from "./kafka-options.ts";
import { KafkaProducer } from "./producer/kafka-producer.ts";
import type { KafkaReceipt } from "./producer/outgoing-record.ts";

/** What Kafka says of a message that all replicas have. */
export type KafkaSentMessage = SentMessage & KafkaReceipt;

/** What spans call this kind of bus. */
const system = "kafka";
/** What is told of requests that are repeated. */
const requests = "requests to Kafka";

/** Kafka has no visibility time-out; the option changes nothing. */
const visibilityTimeoutMs = option.durationMs({ minimum: 1 });
const rulesOfReceive = { ...receiveRules(findTopicFault), visibilityTimeoutMs };
const rulesOfLag = { target: rulesOfReceive.target, groupId: rulesOfReceive.groupId };
const rulesOfReceipt = { ...rulesOfLag, receiptHandle: receiptHandleRule, ...waitRules };

/** Which message is done with, by the receipt handle alone. */
export interface KafkaReceiptOptions extends WaitOptions {
  readonly target: string;
  /** `<topic>:<partition>:<offset>`. */
  readonly receiptHandle: string;
  /** Needed where several groups receive from the topic. */
  readonly groupId?: string | undefined;
}

/**
 * A bus over Apache Kafka, and whatever speaks its protocol. A target is a topic. Sends are gathered into
 * full requests of an idempotent producer; consumers handle many messages of a partition at once, those of
 * one key in order, and commit only what is done.
 *
 * kafkajs (an optional peer) is loaded with the first message.
 */
export class KafkaMessageBus implements MessageBus<KafkaSentMessage> {
  readonly #options: ResolvedKafkaOptions;
  readonly #driver: KafkaDriver;
  readonly #producer: KafkaProducer;
  readonly #sends: BusSends<KafkaReceipt>;
  readonly #life: BusLifecycle;
  readonly #consumers = new KafkaConsumers();
  readonly #receivers: KafkaReceivers;

  /**
   * Reads nothing but its options, and connects with the first message. @throws ConfigError naming every
   * option at fault.
   */
  constructor(options: KafkaMessageBusOptions) {
    this.#options = resolveKafkaOptions(options);
    this.#driver = this.#options.driver ?? new KafkajsDriver(this.#options);
    this.#life = new BusLifecycle(this.#options.clock);
    this.#producer = new KafkaProducer(this.#driver, this.#options, {
      onFailing: (error) => this.#life.report(requests, error),
      onEnded: () => this.#life.clear(requests),
    });
    this.#sends = new BusSends<KafkaReceipt>({
      system,
      findTargetFault: findTopicFault,
      submit: (outgoing) => this.#producer.submit(outgoing),
      life: this.#life,
    });
    this.#receivers = new KafkaReceivers(
      (place) => new KafkaReceiver(this.#sourceOptions(place), this.#options.receiveOrder),
    );
  }

  /**
   * A bus as the environment says: `KAFKA_BOOTSTRAP_SERVERS`, `KAFKA_API_PROTOCOL`,
   * `KAFKA_API_SASL_MECHANISM`, `KAFKA_API_KEY` (the user name) and `KAFKA_API_SECRET` (the password).
   * `overrides` come first.
   *
   * @throws ConfigError naming every variable and option at fault.
   */
  static fromEnv(env: Env = process.env, overrides: Overrides<KafkaMessageBusOptions> = {}): KafkaMessageBus {
    return makeFromEnv<KafkaMessageBusOptions, KafkaMessageBus>(
      { variables: kafkaVariables, env, overrides },
      (options) => new KafkaMessageBus(options),
    );
  }

  /**
   * @throws InvalidMessageError, MessageTooLargeError or ConfigError before anything is sent;
   * UnconfirmedError when it was sent and may have arrived; LoginRefusedError, TopicMissingError,
   * KafkaRefusedError, ConnectionError, TimeoutError or ClosedError when it has not; the signal's own reason.
   */
  sendMessage(message: SendableMessage, options: SendOptions): Promise<KafkaSentMessage> {
    return this.#sends.sendMessage(message, options);
  }

  sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<readonly SendOutcome<KafkaSentMessage>[]> {
    return this.#sends.sendMany(messages, options);
  }

  /**
   * Receives one message as a member of the group, which this bus joins with the first call and stays in
   * until it is closed. What was received and is not acknowledged comes again when the group rebalances or
   * the bus is closed: there is no visibility time-out here, and `visibilityTimeoutMs` has no meaning.
   *
   * @throws WirekitError when the time is over and the broker could not be asked; ClosedError; the signal's
   * own reason.
   */
  async receiveMessage<Unknown extends UnknownKinds = "refuse">(
    options: ReceiveOptions<Unknown>,
  ): Promise<Received<DecodedMessage<Unknown>> | undefined> {
    const faults = new Faults();
    const read = readOptions(options, rulesOfReceive, faults);
    faults.throwIfAny();
    const { target: topic, groupId = defaultGroupId(topic), timeoutMs, signal } = read;
    this.#life.throwUnlessOpen();
    const receiver = this.#receivers.at({ topic, groupId });
    const facts = await this.#life.watch(`receiving from ${topic}`, signal, () =>
      receiver.receive({ timeoutMs, signal }),
    );
    if (facts === undefined) return undefined;
    const received = toReceived<Unknown>(facts, options.unknownKinds);
    if (received.kind === "invalid") this.#life.counters.invalid();
    return received;
  }

  /**
   * @throws ReceiptError when the group has rebalanced since, or the receipt handle was not given out;
   * WirekitError when nothing could be committed.
   */
  async acknowledge(received: Received<unknown>, options: WaitOptions = {}): Promise<void> {
    checkReceived(received);
    const { target, groupId = defaultGroupId(target), receiptHandle } = received;
    await this.acknowledgeReceipt({ ...options, target, groupId, receiptHandle });
  }

  /**
   * The same by the receipt handle alone, for a program that has kept nothing else.
   *
   * @throws ReceiptError as `acknowledge`, and when the handle is malformed; ConfigError when several groups
   * are open on the topic, and none is named.
   */
  async acknowledgeReceipt(options: KafkaReceiptOptions): Promise<void> {
    const faults = new Faults();
    const { target, groupId, receiptHandle, ...wait } = readOptions(options, rulesOfReceipt, faults);
    faults.throwIfAny();
    wait.signal?.throwIfAborted();
    this.#life.throwIfClosed();
    const receiver = this.#receivers.ofReceipt(target, groupId, receiptHandle);
    await this.#life.watch(`acknowledging in ${target}`, wait.signal, () =>
      receiver.acknowledge(receiptHandle, wait),
    );
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
    const { clock, random, logger } = this.#options;
    let opened: { readonly place: TopicOfGroup; readonly source: KafkaSource } | undefined;
    const consumer = startConsumer(options, handler, {
      system,
      life: this.#life,
      findTargetFault: findTopicFault,
      visibilityRule: visibilityTimeoutMs,
      openSource: ({ target: topic, groupId = defaultGroupId(topic) }) => {
        const place = { topic, groupId };
        opened = { place, source: new KafkaSource(this.#sourceOptions(place)) };
        return opened.source;
      },
      sendText: (content, sendOptions) => this.#sends.sendText(content, sendOptions),
      // The source bounds what it holds by bytes.
      capacity: Number.POSITIVE_INFINITY,
      clock,
      random,
      logger,
    });
    if (opened !== undefined) this.#consumers.add(consumer, { ...opened.place, source: opened.source });
    return consumer;
  }

  /**
   * How far a group is behind in each partition, as the broker says now; also of a group that this bus is no
   * member of.
   *
   * @throws WirekitError when the broker cannot be asked, or knows no such topic.
   */
  async lag(options: Pick<ReceiveOptions, "target" | "groupId">): Promise<readonly PartitionLag[]> {
    const faults = new Faults();
    const { target, groupId = defaultGroupId(target) } = readOptions(options, rulesOfLag, faults);
    faults.throwIfAny();
    this.#life.throwIfClosed();
    return this.#life.watch("asking for the lag", undefined, () => this.#driver.lag(target, groupId));
  }

  stats(): BusStats {
    return this.#life.counters.stats();
  }

  health(): KafkaBusHealth {
    return { ...this.#life.health(), groups: [...this.#consumers.health(), ...this.#receivers.health()] };
  }

  close(options?: CloseOptions): Promise<CloseReport<SendableMessage>> {
    return this.#life.close(options, (deadline) => this.#close(deadline));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(deadline: Deadline): Promise<CloseReport<SendableMessage>> {
    // Handlers that run may still send and acknowledge; nothing more is received.
    const notHandled = await Promise.all([
      this.#life.closeConsumers(deadline),
      this.#receivers.close({ timeoutMs: deadline.leftMs(consumersShare) }),
    ]);
    const left = await this.#sends.close(deadline, () => this.#producer.close(deadline));
    await deadline.limit("Closing the driver", () => this.#driver.close()).catch(() => undefined);
    return { ...left, notHandled: notHandled.reduce((sum, count) => sum + count, 0) };
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
