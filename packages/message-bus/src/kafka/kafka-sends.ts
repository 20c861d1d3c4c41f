import { type Clock, type SendOutcome, TimeoutError, WirekitError } from "@wirekit/core";
import { isTracingOn } from "@wirekit/core/tracing";
import type { BusCounters } from "../bus-counters.ts";
import { closedError } from "../errors.ts";
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
import { OutgoingRecord, type RecordCaller, type WrittenRecord } from "./producer/outgoing-record.ts";

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
    return new Promise((resolve, reject) =>
      this.#start(outgoing, new Sending(outgoing.target, this.#counters, resolve, reject)),
    );
  }

  /** The same, for one of many: never rejects. */
  sendOne(message: SendableMessage, options: SendOptions): Promise<SendOutcome<KafkaSentMessage>> {
    const startedAt = this.#clock.monotonic();
    return new Promise((resolve) => {
      const sent = (receipt: KafkaSentMessage) => {
        const latencyMs = this.#clock.monotonic() - startedAt;
        resolve({ kind: "delivered", attempts: 1, latencyMs, ...receipt });
      };
      const failed = (reason: unknown) => resolve(outcomeOfFailure(reason, options, sending.record));
      const sending = new Sending(options.target, this.#counters, sent, failed);
      this.#start({ ...options, message }, sending);
    });
  }

  /** Takes nothing more, sends what it has, and says what was left. */
  async close(options: {
    readonly timeoutMs: number;
  }): Promise<Pick<BusCloseReport, "notSent" | "unconfirmed">> {
    const { notSent, unconfirmed } = await this.#producer.close(options);
    this.#isClosed = true;
    return { notSent: notSent.filter(isMessage), unconfirmed: unconfirmed.filter(isMessage) };
  }

  #start(outgoing: Outgoing, sending: Sending): void {
    try {
      const { target, message, signal } = outgoing;
      signal?.throwIfAborted();
      checkTopic(target);
      const value = message === undefined ? (outgoing.text ?? "") : encodeMessage(message);
      // Past the span where there is none: a program that sends much pays for every layer of promises.
      if (isTracingOn()) this.#startInSpan(outgoing, value, sending);
      else sending.record = this.#handOver(outgoing, value, noHeaders, sending);
    } catch (thrown) {
      sending.failed(thrown);
    }
  }

  #startInSpan(outgoing: Outgoing, value: string, sending: Sending): void {
    const { target } = outgoing;
    const send = (traceHeaders: Readonly<Record<string, string>>) =>
      new Promise<KafkaSentMessage>((resolve, failed) => {
        const written = (place: WrittenRecord) => resolve(receiptOf(target, place));
        sending.record = this.#handOver(outgoing, value, traceHeaders, { written, failed });
      });
    sendInSpan({ system, target, bodyBytes: Buffer.byteLength(value) }, send).then(
      (sent) => sending.sent(sent),
      (thrown: unknown) => sending.failed(thrown),
    );
  }

  #handOver(
    { target, key, headers, message, signal, timeoutMs }: Outgoing,
    value: string,
    traceHeaders: Readonly<Record<string, string>>,
    caller: RecordCaller,
  ): OutgoingRecord {
    if (this.#isClosed) throw closedError();
    const all = headers === undefined ? traceHeaders : { ...headers, ...traceHeaders };
    const record = new OutgoingRecord({ topic: target, key, value, headers: all, origin: message });
    this.#producer.submit(record, { signal, timeoutMs }, caller);
    return record;
  }
}

/** One send and who waits for it: counted once, and told once. */
class Sending implements RecordCaller {
  readonly #target: string;
  readonly #counters: BusCounters;
  readonly #resolve: (sent: KafkaSentMessage) => void;
  readonly #reject: (reason: unknown) => void;
  /** Once it is on its way. */
  record: Pick<OutgoingRecord, "wasTried"> | undefined = undefined;

  constructor(
    target: string,
    counters: BusCounters,
    resolve: (sent: KafkaSentMessage) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#target = target;
    this.#counters = counters;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  written(place: WrittenRecord): void {
    this.sent(receiptOf(this.#target, place));
  }

  sent(message: KafkaSentMessage): void {
    this.#counters.sent();
    this.#resolve(message);
  }

  failed(reason: unknown): void {
    this.#counters.notSent();
    this.#reject(reason);
  }
}

const noHeaders: Readonly<Record<string, string>> = {};

function outcomeOfFailure(
  reason: unknown,
  { signal }: SendOptions,
  record: Sending["record"],
): SendOutcome<KafkaSentMessage> {
  if (reason instanceof UnconfirmedError) return { kind: "unconfirmed", error: reason };
  if (signal?.aborted === true && record?.wasTried === true)
    return { kind: "unconfirmed", error: WirekitError.from(reason) };
  if (reason instanceof TimeoutError) return { kind: "expired", error: reason };
  return outcomeOf(reason, signal);
}

function receiptOf(target: string, { partition, offset }: WrittenRecord): KafkaSentMessage {
  const messageId = `${target}:${partition}:${offset}`;
  return { target, topic: target, partition, offset: Number(offset), messageId };
}

function isMessage(message: SendableMessage | undefined): message is SendableMessage {
  return message !== undefined;
}
