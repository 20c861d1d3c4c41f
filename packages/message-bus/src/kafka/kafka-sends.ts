import { type Clock, ClosedError, type SendOutcome, TimeoutError } from "@wirekit/core";
import { isTracingOn } from "@wirekit/core/tracing";
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
import { KafkaProducer, type WrittenRecord } from "./producer/kafka-producer.ts";
import { OutgoingRecord } from "./producer/outgoing-record.ts";

/** What Kafka says of a message that all replicas have. */
export interface KafkaSentMessage extends SentMessage {
  readonly topic: string;
  readonly partition: number;
  /** Its place in the partition. */
  readonly offset: number;
}

/** What is sent: a message, or a text as it is. */
export interface Outgoing extends SendOptions {
  readonly message?: SendableMessage | undefined;
  readonly text?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
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
    return this.#send(outgoing);
  }

  /** The same, for one of many: never rejects. */
  async sendOne(message: SendableMessage, options: SendOptions): Promise<SendOutcome<KafkaSentMessage>> {
    const startedAt = this.#clock.monotonic();
    const progress: Progress = { record: undefined };
    try {
      const sent = await this.#send({ ...options, message }, progress);
      return { kind: "delivered", attempts: 1, latencyMs: this.#clock.monotonic() - startedAt, ...sent };
    } catch (thrown) {
      if (UnconfirmedError.isInstance(thrown)) return { kind: "expired", error: thrown };
      if (options.signal?.aborted === true && progress.record?.wasTried === true) return { kind: "expired" };
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

  async #send(outgoing: Outgoing, progress?: Progress): Promise<KafkaSentMessage> {
    try {
      const { target, message, signal } = outgoing;
      signal?.throwIfAborted();
      checkTopic(target);
      const value = message === undefined ? (outgoing.text ?? "") : encodeMessage(message);
      // Past the span where there is none: a program that sends much pays for every layer of promises.
      const sent = isTracingOn()
        ? await this.#sendInSpan(outgoing, value, progress)
        : receiptOf(target, await this.#begin(outgoing, value, {}, progress));
      this.#counters.sent();
      return sent;
    } catch (thrown) {
      this.#counters.notSent();
      throw thrown;
    }
  }

  #sendInSpan(outgoing: Outgoing, value: string, progress?: Progress): Promise<KafkaSentMessage> {
    const { target } = outgoing;
    return sendInSpan({ system, target, bodyBytes: Buffer.byteLength(value) }, async (traceHeaders) =>
      receiptOf(target, await this.#begin(outgoing, value, traceHeaders, progress)),
    );
  }

  #begin(
    { target, key, headers, message, signal, timeoutMs }: Outgoing,
    value: string,
    traceHeaders: Readonly<Record<string, string>>,
    progress: Progress | undefined,
  ): Promise<WrittenRecord> {
    if (this.#isClosed) throw new ClosedError("The message bus");
    const all = headers === undefined ? traceHeaders : { ...headers, ...traceHeaders };
    const record = new OutgoingRecord({ topic: target, key, value, headers: all, origin: message });
    if (progress !== undefined) progress.record = record;
    return this.#producer.send(record, { signal, timeoutMs });
  }
}

/** What is being sent, once it is on its way. */
interface Progress {
  record: Pick<OutgoingRecord, "wasTried"> | undefined;
}

function receiptOf(target: string, { partition, offset }: WrittenRecord): KafkaSentMessage {
  const messageId = `${target}:${partition}:${offset}`;
  return { target, topic: target, partition, offset: Number(offset), messageId };
}

function isMessage(message: SendableMessage | undefined): message is SendableMessage {
  return message !== undefined;
}
