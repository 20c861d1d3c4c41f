import { type Clock, ClosedError, type SendOutcome, TimeoutError } from "@wirekit/core";
import type { BusCounters } from "../bus-counters.ts";
import type { BusCloseReport, SendOptions, SentMessage } from "../message-bus.ts";
import { outcomeOf } from "../send-each.ts";
import { sendInSpan } from "../spans.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import type { SendableMessage } from "../wire/message.ts";
import type { KafkaDriver } from "./kafka-driver.ts";
import { UnconfirmedError } from "./kafka-errors.ts";
import type { ResolvedKafkaOptions } from "./kafka-options.ts";
import { checkTopic } from "./kafka-topic.ts";
import { KafkaProducer } from "./producer/kafka-producer.ts";
import { OutgoingRecord } from "./producer/outgoing-record.ts";

/** What Kafka says of a message that all replicas have. */
export interface KafkaSentMessage extends SentMessage {
  readonly topic: string;
  readonly partition: number;
  /** Its place in the partition. */
  readonly offset: number;
}

/** What is sent, and how to read it: what cannot be read was not sent. */
export interface Outgoing extends SendOptions {
  readonly textOf: () => string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What the report of a close names; a dead letter is none of the caller's. */
  readonly message?: SendableMessage | undefined;
}

/** What spans call this kind of bus. */
export const system = "kafka";

/** The sending side of a bus over Kafka: messages in, receipts and outcomes out. */
export class KafkaSends {
  readonly #producer: KafkaProducer<SendableMessage | undefined>;
  readonly #counters: BusCounters;
  readonly #clock: Clock;
  #isClosed = false;

  constructor(driver: KafkaDriver, options: ResolvedKafkaOptions, counters: BusCounters) {
    this.#producer = new KafkaProducer(driver, options);
    this.#counters = counters;
    this.#clock = options.clock;
  }

  /** What went wrong with the last request, in words. */
  get problem(): string | undefined {
    return this.#producer.problem;
  }

  send(outgoing: Outgoing): Promise<KafkaSentMessage> {
    return this.#send(outgoing, { wasTried: false });
  }

  /** The same, for one of many: never rejects. */
  async sendOne(message: SendableMessage, options: SendOptions): Promise<SendOutcome<KafkaSentMessage>> {
    const startedAt = this.#clock.monotonic();
    const progress: Progress = { wasTried: false };
    try {
      const sent = await this.#send({ ...options, message, textOf: () => encodeMessage(message) }, progress);
      return { kind: "delivered", attempts: 1, latencyMs: this.#clock.monotonic() - startedAt, ...sent };
    } catch (thrown) {
      if (UnconfirmedError.isInstance(thrown)) return { kind: "expired", error: thrown };
      if (options.signal?.aborted === true && progress.wasTried) return { kind: "expired" };
      if (TimeoutError.isInstance(thrown)) return { kind: "not-sent", reason: thrown };
      return outcomeOf(thrown, options.signal);
    }
  }

  /** Takes nothing more, sends what it has, and says what was left. */
  async close(options: {
    readonly timeoutMs: number;
  }): Promise<Pick<BusCloseReport, "notSent" | "unconfirmed">> {
    const { notSent, unconfirmed } = await this.#producer.close(options);
    this.#isClosed = true;
    return { notSent: notSent.filter(isMessage), unconfirmed: unconfirmed.filter(isMessage) };
  }

  async #send(outgoing: Outgoing, progress: Progress): Promise<KafkaSentMessage> {
    const { target, key, headers, textOf, message, signal, timeoutMs } = outgoing;
    try {
      signal?.throwIfAborted();
      checkTopic(target);
      const value = textOf();
      const bodyBytes = Buffer.byteLength(value);
      const sent = await sendInSpan({ system, target, bodyBytes }, async (traceHeaders) => {
        if (this.#isClosed) throw new ClosedError("The message bus");
        const all = headers === undefined ? traceHeaders : { ...headers, ...traceHeaders };
        const record = new OutgoingRecord({ topic: target, key, value, headers: all, origin: message });
        try {
          const { partition, offset } = await this.#producer.send(record, { signal, timeoutMs });
          const messageId = `${target}:${partition}:${offset}`;
          return { target, topic: target, partition, offset: Number(offset), messageId };
        } finally {
          progress.wasTried = record.wasTried;
        }
      });
      this.#counters.sent();
      return sent;
    } catch (thrown) {
      this.#counters.notSent();
      throw thrown;
    }
  }
}

interface Progress {
  wasTried: boolean;
}

function isMessage(message: SendableMessage | undefined): message is SendableMessage {
  return message !== undefined;
}
