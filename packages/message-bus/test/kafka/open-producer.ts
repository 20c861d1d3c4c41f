import { ClosedError, silentLogger, systemClock, UnconfirmedError } from "@wirekit/core";
import { Deadline } from "@wirekit/core/kit";
import { type Kafka, type KafkaOptions, startKafka } from "@wirekit/devstack/kafka";
import { KafkajsDriver } from "../../src/kafka/driver/kafkajs-driver.ts";
import {
  type KafkaMessageBusOptions,
  type ResolvedKafkaOptions,
  resolveKafkaOptions,
} from "../../src/kafka/kafka-options.ts";
import { KafkaProducer } from "../../src/kafka/producer/kafka-producer.ts";
import type { KafkaReceipt } from "../../src/kafka/producer/outgoing-record.ts";
import type { Outgoing } from "../../src/outgoing.ts";
import { atTheEnd } from "./side-by-side.ts";

/** What is sent in a test. */
export interface TestRecord {
  readonly topic: string;
  readonly key: string | undefined;
  readonly value: string;
}

/** A producer whose sends are promises. */
export class TestProducer {
  readonly #producer: KafkaProducer;
  readonly #left = { notSent: [] as string[], unconfirmed: [] as string[] };
  #closing: Promise<{ readonly notSent: string[]; readonly unconfirmed: string[] }> | undefined;
  /** What went wrong with the message that ended last; `undefined` when nothing did. */
  problem: string | undefined;

  constructor(driver: KafkajsDriver, options: ResolvedKafkaOptions) {
    this.#producer = new KafkaProducer(driver, options, {
      onFailing: ({ message }) => {
        this.problem = message;
      },
      onEnded: () => undefined,
    });
  }

  send({ topic, key, value }: TestRecord): Promise<KafkaReceipt> {
    return new Promise((resolve, reject) => {
      const outgoing: Outgoing<KafkaReceipt> = {
        target: topic,
        key: key === "" ? undefined : key,
        text: value,
        message: undefined,
        headers: {},
        deliveryId: undefined,
        settle: (outcome, reason) => {
          if (outcome.kind === "delivered") {
            this.problem = undefined;
            return resolve(outcome.receipt);
          }
          this.problem = outcome.error.message;
          const cause = reason instanceof UnconfirmedError ? reason.cause : reason;
          const left = outcome.kind === "unconfirmed" ? this.#left.unconfirmed : this.#left.notSent;
          if (cause instanceof ClosedError) left.push(value);
          reject(reason);
        },
      };
      try {
        this.#producer.submit(outgoing);
      } catch (thrown) {
        reject(thrown);
      }
    });
  }

  close({ timeoutMs }: { readonly timeoutMs: number }) {
    this.#closing ??= this.#producer.close(new Deadline(timeoutMs, systemClock)).then(() => this.#left);
    return this.#closing;
  }
}

/** A producer on an embedded broker. */
export interface OpenProducer {
  readonly broker: Kafka;
  readonly driver: KafkajsDriver;
  readonly producer: TestProducer;
}

export async function openBroker(options: KafkaOptions = {}): Promise<Kafka> {
  const broker = await startKafka(options);
  atTheEnd(() => broker.close());
  return broker;
}

export async function openProducer(
  options: KafkaMessageBusOptions = {},
  brokerOptions: KafkaOptions = {},
): Promise<OpenProducer> {
  const broker = await openBroker({ topics: { payments: 3 }, ...brokerOptions });
  return { broker, ...producerOn(broker, options) };
}

export function producerOn(broker: Pick<Kafka, "bootstrapServers">, options: KafkaMessageBusOptions = {}) {
  const resolved = resolveKafkaOptions({
    bootstrapServers: broker.bootstrapServers,
    securityProtocol: "PLAINTEXT",
    logger: silentLogger,
    ...options,
  });
  const driver = new KafkajsDriver(resolved);
  const producer = new TestProducer(driver, resolved);
  atTheEnd(async () => {
    await producer.close({ timeoutMs: 1_000 });
    await driver.close();
  });
  return { driver, producer };
}

export function record(
  value: string,
  { topic = "payments", key }: { readonly topic?: string; readonly key?: string } = {},
): TestRecord {
  return { topic, key, value };
}
