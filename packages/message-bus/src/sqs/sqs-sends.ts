import { ClosedError, type SendOutcome, type WaitOptions } from "@wirekit/core";
import type { BatchOutcome } from "@wirekit/core/outbound";
import type { SqsReceipt } from "@wirekit/core/sqs";
import type { BusCounters } from "../bus-counters.ts";
import type { BusCloseReport, SentMessage } from "../message-bus.ts";
import { outcomeOf } from "../send-each.ts";
import { sendInSpan } from "../spans.ts";
import type { SendableMessage } from "../wire/message.ts";
import { checkQueueName } from "./queue-name.ts";
import { checkOutgoing, type Outgoing, toSendEntry } from "./send-entry.ts";
import type { ResolvedSqsOptions } from "./sqs-options.ts";
import type { SqsQueues } from "./sqs-queues.ts";

/** What SQS says of a message that it has taken. */
export interface SqsSentMessage extends SentMessage {
  /** Its place among all messages of its FIFO queue; absent on a standard queue. */
  readonly sequenceNumber?: string | undefined;
}

/** What became of a send, and what a call that rejects rejects with. */
export interface Sending {
  readonly outcome: SendOutcome<SqsSentMessage>;
  readonly reason?: unknown;
}

/** What a bus over SQS calls itself in spans. */
export const system = "aws_sqs";

/** The sends of one bus: each gets one outcome, and is counted once. */
export class SqsSends {
  readonly #options: ResolvedSqsOptions;
  readonly #queues: SqsQueues;
  readonly #counters: BusCounters;
  readonly #underWay = new Set<Promise<Sending>>();
  /** What was given up because the bus was closed. */
  readonly #left = { notSent: [] as SendableMessage[], unconfirmed: [] as SendableMessage[] };

  constructor(options: ResolvedSqsOptions, queues: SqsQueues, counters: BusCounters) {
    this.#options = options;
    this.#queues = queues;
    this.#counters = counters;
  }

  /**
   * Sends what `read` gives; never rejects.
   *
   * @param message what stands in the bus's report when it is closed before this is done.
   */
  send(read: () => Outgoing, options: SendTo, message?: SendableMessage): Promise<Sending> {
    const sending = this.#send(read, options);
    this.#underWay.add(sending);
    return sending.then((result) => {
      this.#underWay.delete(sending);
      if (result.outcome.kind === "delivered") this.#counters.sent();
      else this.#counters.notSent();
      if (message !== undefined && options.isOpen() && ClosedError.isInstance(result.reason)) {
        this.#left[result.outcome.kind === "not-sent" ? "notSent" : "unconfirmed"].push(message);
      }
      return result;
    });
  }

  /** What was left, once the queues are closed and every send has its outcome. */
  async left(): Promise<Pick<BusCloseReport, "notSent" | "unconfirmed">> {
    await Promise.all(this.#underWay);
    return this.#left;
  }

  async #send(read: () => Outgoing, options: SendTo): Promise<Sending> {
    const { target, signal } = options;
    let sending: Sending | undefined;
    try {
      signal?.throwIfAborted();
      checkQueueName(target);
      const outgoing = read();
      checkOutgoing(outgoing);
      const bodyBytes = Buffer.byteLength(outgoing.text);
      await sendInSpan({ system, target, bodyBytes }, async (traceHeaders) => {
        sending = await this.#submit(outgoing, traceHeaders, options);
        if (sending.outcome.kind !== "delivered") throw sending.reason;
        return sending.outcome;
      });
    } catch (thrown) {
      sending ??= { outcome: outcomeOf(thrown, signal), reason: thrown };
    }
    return sending as Sending;
  }

  async #submit(
    outgoing: Outgoing,
    traceHeaders: Readonly<Record<string, string>>,
    { signal, timeoutMs, headers, isOpen }: SendTo,
  ): Promise<Sending> {
    const { clock, delaySeconds } = this.#options;
    if (!isOpen()) throw new ClosedError("The message bus");
    const startedAt = clock.monotonic();
    const { sender } = await this.#queues.open(outgoing.target, { signal, timeoutMs });
    const entry = toSendEntry(outgoing, { ...headers, ...traceHeaders }, { delaySeconds });
    const leftMs = timeoutMs && Math.max(0, timeoutMs - (clock.monotonic() - startedAt));
    const outcome = await sender.sendOutcome(entry, { signal, timeoutMs: leftMs });
    return toSending(outgoing.target, outcome, signal);
  }
}

/** Where a body goes. */
export interface SendTo extends WaitOptions {
  readonly target: string;
  /** What stands beside the body, besides the trace. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Whether the bus still sends. */
  readonly isOpen: () => boolean;
}

function toSending(
  target: string,
  outcome: BatchOutcome<SqsReceipt>,
  signal: AbortSignal | undefined,
): Sending {
  switch (outcome.kind) {
    case "delivered": {
      const { receipt, ...delivered } = outcome;
      return { outcome: { ...delivered, target, ...receipt } };
    }
    case "rejected":
      return { outcome, reason: outcome.error };
    case "expired": {
      const { error } = outcome;
      if (!ClosedError.isInstance(error)) return { outcome, reason: error ?? signal?.reason };
      const closed = new ClosedError("The message bus");
      return { outcome: { kind: "expired", error: closed }, reason: closed };
    }
    default: {
      const reason = outcome.kind === "not-sent" ? outcome.reason : undefined;
      const shown = ClosedError.isInstance(reason) ? new ClosedError("The message bus") : reason;
      return { outcome: { kind: "not-sent", reason: shown }, reason: shown };
    }
  }
}
