import { ClosedError, type SendOutcome, type WaitOptions } from "@wirekit/core";
import type { BatchOutcome } from "@wirekit/core/outbound";
import type { SqsReceipt } from "@wirekit/core/sqs";
import { isTracingOn } from "@wirekit/core/tracing";
import type { BusCounters } from "../bus-counters.ts";
import { closedError } from "../errors.ts";
import type { BusCloseReport, SentMessage } from "../message-bus.ts";
import { outcomeOf } from "../send-each.ts";
import { sendInSpan } from "../spans.ts";
import type { SendableMessage } from "../wire/message.ts";
import { checkQueueName } from "./queue-name.ts";
import { checkOutgoing, type Outgoing, toSendEntry } from "./send-entry.ts";
import type { ResolvedSqsOptions } from "./sqs-options.ts";
import type { SqsQueue, SqsQueues } from "./sqs-queues.ts";

/** What SQS says of a message that it has taken. */
export interface SqsSentMessage extends SentMessage {
  /** Its place among all messages of its FIFO queue; absent on a standard queue. */
  readonly sequenceNumber?: string | undefined;
}

/** What is to be sent, and where to. */
export interface SqsSend extends WaitOptions {
  readonly target: string;
  /** What stands beside the body, besides the trace. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Gives what goes to the queue; throws what is wrong with the message. */
  readonly read: () => Outgoing;
  /** What stands in the bus's report when it is closed before this is done. */
  readonly message?: SendableMessage | undefined;
}

/** What a bus over SQS calls itself in spans. */
export const system = "aws_sqs";

/** Takes the one outcome of a send, and what a call that rejects rejects with. */
type Tell = (outcome: BatchOutcome<SqsReceipt>, reason: unknown) => void;

/** The sends of one bus: each gets one outcome, and is counted once. */
export class SqsSends {
  readonly #options: ResolvedSqsOptions;
  readonly #queues: SqsQueues;
  readonly #counters: BusCounters;
  /** Sends that began before the bus was closed, and have no outcome yet. */
  #underWay = 0;
  /** What its queue does not have yet. Nothing that is sent later may overtake it. */
  readonly #notHandedOver = new Set<Outgoing>();
  #isClosed = false;
  #onAllDone: () => void = () => undefined;
  /** What was given up because the bus was closed. */
  readonly #left = { notSent: [] as SendableMessage[], unconfirmed: [] as SendableMessage[] };

  constructor(options: ResolvedSqsOptions, queues: SqsQueues, counters: BusCounters) {
    this.#options = options;
    this.#queues = queues;
    this.#counters = counters;
  }

  send(send: SqsSend): Promise<SqsSentMessage> {
    return new Promise((resolve, reject) => {
      this.#start(send, (outcome, reason) => {
        if (outcome.kind === "delivered") resolve(sentMessage(send, outcome.receipt));
        else reject(reason);
      });
    });
  }

  /** The same, for one of many: never rejects. */
  sendOne(send: SqsSend): Promise<SendOutcome<SqsSentMessage>> {
    return new Promise((resolve) => {
      this.#start(send, (outcome) => {
        if (outcome.kind !== "delivered") return resolve(outcome);
        const { kind, attempts, latencyMs, receipt } = outcome;
        resolve({ kind, attempts, latencyMs, ...sentMessage(send, receipt) });
      });
    });
  }

  /** Takes nothing more; what was left, once every send has its outcome, which is when the queues are closed. */
  async close(): Promise<Pick<BusCloseReport, "notSent" | "unconfirmed">> {
    this.#isClosed = true;
    await new Promise<void>((resolve) => {
      this.#onAllDone = resolve;
      if (this.#underWay === 0) resolve();
    });
    return this.#left;
  }

  #start(send: SqsSend, tell: Tell): void {
    const { target, signal } = send;
    const end = this.#begin(send, tell);
    try {
      signal?.throwIfAborted();
      checkQueueName(target);
      const outgoing = send.read();
      checkOutgoing(outgoing);
      const queue = this.#notHandedOver.size === 0 && !isTracingOn() ? this.#queues.known(target) : undefined;
      // Past span and lookup where there are none: a program that sends much pays for every layer of promises.
      if (queue !== undefined) this.#handOver(queue, outgoing, send, end);
      else void this.#sendInSteps(outgoing, send, end);
    } catch (thrown) {
      end(outcomeOf(thrown, signal), thrown);
    }
  }

  /** Counts a send in; the returned function counts it out, and tells its caller. */
  #begin({ message, signal }: SqsSend, tell: Tell): Tell {
    const isAwaited = !this.#isClosed;
    if (isAwaited) this.#underWay += 1;
    return (outcome, reason) => {
      if (outcome.kind === "delivered") this.#counters.sent();
      else this.#counters.notSent();
      if (isAwaited && message !== undefined && isClosing(reason, signal)) {
        this.#left[outcome.kind === "not-sent" ? "notSent" : "unconfirmed"].push(message);
      }
      tell(outcome, reason);
      if (isAwaited) this.#underWay -= 1;
      if (this.#underWay === 0) this.#onAllDone();
    };
  }

  async #sendInSteps(outgoing: Outgoing, send: SqsSend, end: Tell): Promise<void> {
    const { target, signal, timeoutMs } = send;
    const { clock } = this.#options;
    const ended: { outcome?: BatchOutcome<SqsReceipt>; reason?: unknown } = {};
    this.#notHandedOver.add(outgoing);
    const inSpan = async (traceHeaders: Readonly<Record<string, string>>): Promise<SqsSentMessage> => {
      if (this.#isClosed) throw closedError();
      const startedAt = clock.monotonic();
      const queue = await this.#queues.open(target, { signal, timeoutMs });
      const leftMs = timeoutMs && Math.max(0, timeoutMs - (clock.monotonic() - startedAt));
      const headers = { ...send.headers, ...traceHeaders };
      return new Promise((resolve, reject) => {
        this.#handOver(queue, outgoing, { signal, timeoutMs: leftMs, headers }, (outcome, reason) => {
          ended.outcome = outcome;
          if (outcome.kind === "delivered") resolve(sentMessage(send, outcome.receipt));
          else reject(reason);
        });
      });
    };
    try {
      await sendInSpan({ system, target, bodyBytes: Buffer.byteLength(outgoing.text) }, inSpan);
    } catch (thrown) {
      ended.outcome ??= outcomeOf(thrown, signal);
      ended.reason = thrown;
      this.#notHandedOver.delete(outgoing);
    }
    end(ended.outcome as BatchOutcome<SqsReceipt>, ended.reason);
  }

  #handOver(
    { sender }: SqsQueue,
    outgoing: Outgoing,
    { signal, timeoutMs, headers = {} }: Pick<SqsSend, "signal" | "timeoutMs" | "headers">,
    end: Tell,
  ): void {
    this.#notHandedOver.delete(outgoing);
    if (this.#isClosed) throw closedError();
    const entry = toSendEntry(outgoing, headers, this.#options);
    sender.submit(entry, { signal, timeoutMs }, (outcome, reason) => {
      if (!isClosing(reason, signal)) return end(outcome, reason);
      // The queue's sender was closed, which is its own affair: what the caller has is a bus.
      const closed = closedError();
      end(outcome.kind === "unconfirmed" ? outcome : { kind: "not-sent", error: closed }, closed);
    });
  }
}

function sentMessage({ target }: SqsSend, receipt: SqsReceipt): SqsSentMessage {
  return { target, ...receipt };
}

/** Whether a send was given up because of the bus, and not because its caller said so. */
function isClosing(reason: unknown, signal: AbortSignal | undefined): boolean {
  return reason instanceof ClosedError && (signal?.aborted !== true || reason !== signal.reason);
}
