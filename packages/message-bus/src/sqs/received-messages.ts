import type { SqsDelivery } from "@wirekit/core/sqs";
import type { BusCounters } from "../bus-lifecycle.ts";
import { type ReceivedFacts, ReceivedRecord } from "../received.ts";
import { fromAttributes } from "./attributes.ts";

/** A queue has at most this many in flight, so that the oldest beyond it are visible to others again. */
const maxRemembered = 120_000;

/**
 * The messages that a bus received, and which of them are not settled. One that is received again counts
 * once.
 */
export class ReceivedMessages {
  readonly #counters: BusCounters;
  /** By receipt handle, the message. In the order of their receipt. */
  readonly #messages = new Map<string, string>();
  /** By message, its newest receipt handle. */
  readonly #handles = new Map<string, string>();

  constructor(counters: BusCounters) {
    this.#counters = counters;
  }

  /** How many were neither acknowledged nor given back. */
  get unsettled(): number {
    return this.#messages.size;
  }

  /** Counts a message that was received, and returns what SQS says about it. */
  add(target: string, delivery: Omit<SqsDelivery, "lease">): ReceivedFacts {
    const facts = factsOf(target, delivery);
    this.#counters.received(facts);
    this.#remember(`${target} ${delivery.id}`, delivery.receiptHandle);
    return facts;
  }

  /** It is acknowledged, given back, or another receiver has it. */
  settle(receiptHandle: string): void {
    const message = this.#messages.get(receiptHandle);
    this.#messages.delete(receiptHandle);
    if (message !== undefined) this.#handles.delete(message);
  }

  #remember(message: string, receiptHandle: string): void {
    const before = this.#handles.get(message);
    if (before !== undefined) this.#messages.delete(before);
    this.#messages.set(receiptHandle, message);
    this.#handles.set(message, receiptHandle);
    if (this.#messages.size <= maxRemembered) return;
    const [oldest] = this.#messages.keys();
    if (oldest !== undefined) this.settle(oldest);
  }
}

/** A queue has no consumer groups. */
function factsOf(target: string, delivery: Omit<SqsDelivery, "lease">): ReceivedFacts {
  const { attempt, body, message, receiptHandle } = delivery;
  // On a standard queue as well, where it is the group of a fair queue.
  const key = message.Attributes?.MessageGroupId;
  const { headers, original } = fromAttributes(message.MessageAttributes, body);
  const sentAtMs = Number(message.Attributes?.SentTimestamp);
  return new ReceivedRecord({
    target,
    receiptHandle,
    raw: body,
    key,
    attempt,
    // Another service may leave it out.
    sentAt: sentAtMs > 0 ? new Date(sentAtMs) : undefined,
    headers,
    original: original && { ...original, key: key === undefined ? undefined : Buffer.from(key) },
  });
}
