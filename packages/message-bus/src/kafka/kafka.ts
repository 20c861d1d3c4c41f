import type { CloseOptions, CloseReport, Env, Overrides, WaitOptions } from "@wirekit/core";
import {
  Faults,
  makeFromEnv,
  type OptionRules,
  type OptionsOf,
  option,
  readOptions,
} from "@wirekit/core/kit";
import { receiptHandleRule, receiveRules, sendRules, waitRules } from "../bus-options.ts";
import { dictionaryOf, type ReceivedDictionary } from "../received-dictionary.ts";
import type { SendableMessage } from "../wire/message.ts";
import { KafkaMessageBus, type KafkaSentMessage } from "./kafka-message-bus.ts";
import { findTopicFault, type KafkaMessageBusOptions, kafkaVariables } from "./kafka-options.ts";

/** Where the original's `Kafka` sends to. */
export interface KafkaSendOptions extends WaitOptions {
  readonly topic: string;
  readonly key?: string | undefined;
}

/** What the original's `Kafka` receives. */
export interface KafkaReceiveOptions extends WaitOptions {
  readonly topic: string;
  /** Default `<topic>_consumer_group`. */
  readonly groupId?: string | undefined;
  /** Whether what is received is committed before it is returned, whatever is in it. Default `false`. */
  readonly autoCommit?: boolean | undefined;
  /** How long to wait for a message, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number | undefined;
}

/** What the original's `Kafka` commits. */
export interface KafkaCommitOptions extends WaitOptions {
  readonly topic: string;
  /** `<topic>:<partition>:<offset>`, as received. */
  readonly receiptHandle: string;
  /** Needed where several groups receive from the topic. */
  readonly groupId?: string | undefined;
}

const { target: topic, key } = sendRules(findTopicFault);
const { groupId, timeoutMs } = receiveRules(findTopicFault);
const rulesOfSend = { topic, key, ...waitRules };
const rulesOfReceive = {
  topic,
  groupId,
  autoCommit: option.custom<boolean, { default: boolean }>(findBooleanFault, { default: false }),
  signal: waitRules.signal,
  timeoutMs,
};
const rulesOfCommit = { topic, groupId, receiptHandle: receiptHandleRule, ...waitRules };

function findBooleanFault(value: unknown): string | undefined {
  return typeof value === "boolean" ? undefined : "must be true or false";
}

/**
 * The original's class `Kafka`, over {@link KafkaMessageBus}. Options that are not given are read from the
 * environment: `KAFKA_BOOTSTRAP_SERVERS`, `KAFKA_API_PROTOCOL`, `KAFKA_API_SASL_MECHANISM`, `KAFKA_API_KEY`,
 * `KAFKA_API_SECRET`. As the original, it receives in the order of the log (`receiveOrder`), unless told
 * otherwise.
 */
export class Kafka implements AsyncDisposable {
  readonly #bus: KafkaMessageBus;

  /** @throws ConfigError naming every option and variable at fault. */
  constructor(options: KafkaMessageBusOptions = {}, env: Env = process.env) {
    const receiveOrder = options?.receiveOrder ?? "log";
    this.#bus = KafkaMessageBus.fromEnv(env, { ...options, receiveOrder });
  }

  /**
   * As the environment says, with the variables of {@link KafkaMessageBus.fromEnv}. `overrides` come first.
   *
   * @throws ConfigError naming every variable and option at fault.
   */
  static fromEnv(env: Env = process.env, overrides: Overrides<KafkaMessageBusOptions> = {}): Kafka {
    return makeFromEnv<KafkaMessageBusOptions, Kafka>(
      { variables: kafkaVariables, env, overrides },
      (options) => new Kafka(options, {}),
    );
  }

  /** The bus that does the work, for what the original does not have: consumers, bulk sends, counters. */
  get bus(): KafkaMessageBus {
    return this.#bus;
  }

  /** As {@link KafkaMessageBus.sendMessage}: resolves when the broker has acknowledged. */
  async sendMessage(
    message: SendableMessage,
    options: KafkaSendOptions,
  ): Promise<Pick<KafkaSentMessage, "topic" | "partition" | "offset">> {
    const { topic: target, ...send } = read(options, rulesOfSend);
    const { topic, partition, offset } = await this.#bus.sendMessage(message, { ...send, target });
    return { topic, partition, offset };
  }

  /**
   * The next message of the log, as `{ [receiptHandle]: body }`; `undefined` when there is none within the
   * time. As in the original, kinds that are not known are messages as well, and payloads are not judged.
   *
   * @throws ReceivedInvalidError for a body that is not JSON or no valid envelope, with the body and the
   * receipt handle; and what {@link KafkaMessageBus.receiveMessage} throws, where the original logs it and
   * returns nothing.
   */
  async receiveMessage(options: KafkaReceiveOptions): Promise<ReceivedDictionary | undefined> {
    const { topic: target, autoCommit, ...receive } = read(options, rulesOfReceive);
    const received = await this.#bus.receiveMessage({ ...receive, target, unknownKinds: "pass" });
    if (received === undefined) return undefined;
    if (autoCommit) await this.#bus.acknowledge(received, { signal: receive.signal });
    return dictionaryOf(received);
  }

  /**
   * Commits the message, and everything that was received before it in its partition.
   *
   * @throws ReceiptError for a receipt handle that is malformed or was not given out; ConfigError when
   * several groups are open on the topic, and none is named.
   */
  async commitOffset(options: KafkaCommitOptions): Promise<void> {
    const { topic: target, ...commit } = read(options, rulesOfCommit);
    await this.#bus.acknowledgeReceipt({ ...commit, target });
  }

  /** Closes producer and consumers. */
  close(options?: CloseOptions): Promise<CloseReport<SendableMessage>> {
    return this.#bus.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** @throws ConfigError naming every option at fault by its name here. */
function read<const Rules extends OptionRules>(options: unknown, rules: Rules): OptionsOf<Rules> {
  const faults = new Faults();
  const values = readOptions(options, rules, faults);
  faults.throwIfAny();
  return values;
}
