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
import { KafkaProducer, type RecordCaller, type WrittenRecord } from "./producer/kafka-producer.ts";
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
    return new Promise((resolve, reject) => this.#start(outgoing, { sent: resolve, failed: reject }));
  }

  /** The same, for one of many: never rejects. */
  sendOne(message: SendableMessage, options: SendOptions): Promise<SendOutcome<KafkaSentMessage>> {
    const startedAt = this.#clock.monotonic();
    return new Promise((resolve) => {
      const caller: Caller = {
        sent: (sent) => {
          const latencyMs = this.#clock.monotonic() - startedAt;
          resolve({ kind: "delivered", attempts: 1, latencyMs, ...sent });
        },
        failed: (reason) => resolve(outcomeOfFailure(reason, options, caller.record)),
      };
      this.#start({ ...options, message }, caller);
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

  /** Tells `caller` once what becomes of it, and counts it. */
  #start(outgoing: Outgoing, caller: Caller): void {
    try {
      const { target, message, signal } = outgoing;
      signal?.throwIfAborted();
      checkTopic(target);
      const value = message === undefined ? (outgoing.text ?? "") : encodeMessage(message);
      // Past the span where there is none: a program that sends much pays for every layer of promises.
      if (isTracingOn()) this.#startInSpan(outgoing, value, caller);
      else
        caller.record = this.#handOver(outgoing, value, noHeaders, {
          written: (place) => this.#sent(caller, receiptOf(target, place)),
          failed: (reason) => this.#failed(caller, reason),
        });
    } catch (thrown) {
      this.#failed(caller, thrown);
    }
  }

  #startInSpan(outgoing: Outgoing, value: string, caller: Caller): void {
    const { target } = outgoing;
    const send = (traceHeaders: Readonly<Record<string, string>>) =>
      new Promise<KafkaSentMessage>((resolve, reject) => {
        caller.record = this.#handOver(outgoing, value, traceHeaders, {
          written: (place) => resolve(receiptOf(target, place)),
          failed: reject,
        });
      });
    sendInSpan({ system, target, bodyBytes: Buffer.byteLength(value) }, send).then(
      (sent) => this.#sent(caller, sent),
      (thrown: unknown) => this.#failed(caller, thrown),
    );
  }

  #handOver(
    { target, key, headers, message, signal, timeoutMs }: Outgoing,
    value: string,
    traceHeaders: Readonly<Record<string, string>>,
    caller: RecordCaller,
  ): OutgoingRecord {
    if (this.#isClosed) throw new ClosedError("The message bus");
    const all = headers === undefined ? traceHeaders : { ...headers, ...traceHeaders };
    const record = new OutgoingRecord({ topic: target, key, value, headers: all, origin: message });
    this.#producer.submit(record, { signal, timeoutMs }, caller);
    return record;
  }

  #sent(caller: Caller, sent: KafkaSentMessage): void {
    this.#counters.sent();
    caller.sent(sent);
  }

  #failed(caller: Caller, reason: unknown): void {
    this.#counters.notSent();
    caller.failed(reason);
  }
}

/** Who waits for a send. */
interface Caller {
  /** What is being sent, once it is on its way. */
  record?: Pick<OutgoingRecord, "wasTried">;
  sent(message: KafkaSentMessage): void;
  failed(reason: unknown): void;
}

const noHeaders: Readonly<Record<string, string>> = {};

function outcomeOfFailure(
  reason: unknown,
  { signal }: SendOptions,
  record: Caller["record"],
): SendOutcome<KafkaSentMessage> {
  if (UnconfirmedError.isInstance(reason)) return { kind: "expired", error: reason };
  if (signal?.aborted === true && record?.wasTried === true) return { kind: "expired" };
  if (TimeoutError.isInstance(reason)) return { kind: "not-sent", reason };
  return outcomeOf(reason, signal);
}

function receiptOf(target: string, { partition, offset }: WrittenRecord): KafkaSentMessage {
  const messageId = `${target}:${partition}:${offset}`;
  return { target, topic: target, partition, offset: Number(offset), messageId };
}

function isMessage(message: SendableMessage | undefined): message is SendableMessage {
  return message !== undefined;
}
