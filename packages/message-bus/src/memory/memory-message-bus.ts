import { ClosedError, ConfigError, type SendOutcome, type WaitOptions, WirekitError } from "@wirekit/core";
import { InvalidBodyError, ReceiptError } from "../errors.ts";
import type {
  BusCloseReport,
  BusHealth,
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
import { decodeMessage } from "../wire/decode-message.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import type { DecodedMessage, SendableMessage, UnknownKinds } from "../wire/message.ts";
import {
  durationExpected,
  isDurationMs,
  type MemoryMessageBusOptions,
  type ResolvedMemoryOptions,
  resolveMemoryOptions,
} from "./memory-options.ts";
import { MemoryTarget } from "./memory-target.ts";
import {
  type MessageEvent,
  type MessagePredicate,
  MessageSpy,
  type WaitForMessageOptions,
} from "./message-spy.ts";

/** What the bus in memory knows of a message that it has taken. */
export interface MemorySentMessage extends SentMessage {
  /** The message's place among all that were sent to its target, from 0. */
  readonly sequence: number;
}

/**
 * A bus inside the process, for tests and for development: the same contract as the others, bounded, and with a clock that can be
 * moved. What it holds is gone with it.
 */
export class MemoryMessageBus implements MessageBus<MemorySentMessage> {
  readonly #options: ResolvedMemoryOptions;
  readonly #targets = new Map<string, MemoryTarget>();
  readonly #spy: MessageSpy;
  readonly #counts = { sent: 0, notSent: 0, received: 0, invalid: 0, redelivered: 0, acknowledged: 0 };
  #state: BusHealth["state"] = "open";

  /** @throws ConfigError naming every option at fault. */
  constructor(options: MemoryMessageBusOptions = {}) {
    this.#options = resolveMemoryOptions(options);
    this.#spy = new MessageSpy(this.#options.maxRememberedEvents);
  }

  async sendMessage(message: SendableMessage, options: SendOptions): Promise<MemorySentMessage> {
    return this.#counted(() => this.#put(encodeMessage(message), options));
  }

  /** Puts any text where a message is due, as a stranger might: for tests of what is not a message. */
  async sendText(text: string, options: SendOptions): Promise<MemorySentMessage> {
    return this.#counted(() => this.#put(text, options));
  }

  async sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<readonly SendOutcome<MemorySentMessage>[]> {
    return messages.map((message, index): SendOutcome<MemorySentMessage> => {
      if (options.signal?.aborted) {
        this.#counts.notSent += 1;
        return { kind: "not-sent", reason: options.signal.reason };
      }
      try {
        const key = typeof options.key === "function" ? options.key(message, index) : options.key;
        const sent = this.#counted(() => this.#put(encodeMessage(message), { target: options.target, key }));
        return { kind: "delivered", attempts: 1, latencyMs: 0, ...sent };
      } catch (thrown) {
        if (ClosedError.isInstance(thrown)) return { kind: "not-sent", reason: thrown };
        return { kind: "rejected", error: WirekitError.from(thrown) };
      }
    });
  }

  async receiveMessage<Unknown extends UnknownKinds = "refuse">(
    options: ReceiveOptions<Unknown>,
  ): Promise<Received<DecodedMessage<Unknown>> | undefined> {
    const { target, groupId = defaultGroupId(target), timeoutMs = 1_000, signal } = options;
    const { visibilityTimeoutMs = this.#options.visibilityTimeoutMs } = options;
    checkDurations({ timeoutMs, visibilityTimeoutMs });
    const delivery = await this.#target(target)
      .group(groupId)
      .receive({ timeoutMs, visibilityTimeoutMs, signal });
    if (delivery === undefined) return undefined;

    const { stored, attempt } = delivery;
    const { key, sentAt, headers, text: raw } = stored;
    const receiptHandle = `${target}:${stored.sequence}:${attempt}`;
    const facts = { target, groupId, receiptHandle, raw, key, attempt, sentAt, headers };
    const received = toReceived(facts, options.unknownKinds);
    this.#counts.received += 1;
    if (attempt > 1) this.#counts.redelivered += 1;
    if (received.kind === "invalid") this.#counts.invalid += 1;
    this.#spy.record({ stage: "received", ...eventOf(facts) });
    return received;
  }

  /** @throws ReceiptError when the message has been delivered again since, or was never delivered by this handle. */
  async acknowledge(received: Received<unknown>, options: WaitOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const { target, groupId = defaultGroupId(target), receiptHandle } = received;
    const [sequence, attempt] = placeOf(receiptHandle, target);
    if (this.#state === "closed") throw new ClosedError("The message bus");
    const group = this.#targets.get(target)?.groups.get(groupId);
    if (group === undefined) throw refused("unknown-receipt");
    const before = group.unacknowledged;
    const refusal = group.acknowledge(sequence, attempt);
    if (refusal !== undefined) throw refused(refusal);
    // A second acknowledgement changes nothing, and is not counted.
    if (group.unacknowledged === before) return;
    this.#counts.acknowledged += 1;
    this.#spy.record({ stage: "acknowledged", ...eventOf({ ...received, groupId, attempt }) });
  }

  messages<Unknown extends UnknownKinds = "refuse">(
    options: MessagesOptions<Unknown>,
  ): AsyncIterableIterator<Received<DecodedMessage<Unknown>>> {
    return messagesOf(this, options);
  }

  /**
   * Waits until something has happened to a message: `await bus.waitForMessage((message) => message.kind === "PAYMENT")`.
   * What has happened before the call is found as well, as far as it is remembered.
   *
   * @throws TimeoutError after 5 seconds, unless told otherwise.
   */
  waitForMessage(predicate: MessagePredicate, options?: WaitForMessageOptions): Promise<MessageEvent> {
    return this.#spy.wait(predicate, options);
  }

  /** Makes `waitForMessage` find only what happens from now on. */
  forgetMessages(): void {
    this.#spy.forget();
  }

  stats(): BusStats {
    return { ...this.#counts };
  }

  health(): BusHealth {
    return { state: this.#state, problems: [] };
  }

  async close(): Promise<BusCloseReport> {
    this.#state = "closed";
    for (const target of this.#targets.values()) target.close();
    this.#spy.close();
    const groups = [...this.#targets.values()].flatMap((target) => [...target.groups.values()]);
    return {
      notSent: [],
      unconfirmed: [],
      unacknowledged: groups.reduce((sum, group) => sum + group.held, 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #counted(put: () => MemorySentMessage): MemorySentMessage {
    try {
      const sent = put();
      this.#counts.sent += 1;
      return sent;
    } catch (thrown) {
      this.#counts.notSent += 1;
      throw thrown;
    }
  }

  #put(text: string, { target, key, signal }: SendOptions): MemorySentMessage {
    signal?.throwIfAborted();
    const { sequence } = this.#target(target).send({
      text,
      bytes: Buffer.byteLength(text),
      // As on Kafka, where an empty key is no key.
      key: key === "" ? undefined : key,
      headers: {},
      sentAt: new Date(this.#options.clock.now()),
    });
    this.#spy.record({ stage: "sent", ...eventOf({ target, key, raw: text }) });
    return { target, messageId: `${target}:${sequence}`, sequence };
  }

  #target(name: string): MemoryTarget {
    if (this.#state === "closed") throw new ClosedError("The message bus");
    if (name === "") throw new ConfigError([{ path: "target", message: "must not be empty" }]);
    const known = this.#targets.get(name);
    if (known !== undefined) return known;
    const target = new MemoryTarget(name, this.#options, this.#options.clock);
    this.#targets.set(name, target);
    return target;
  }
}

/** As the original names the group of a topic. */
function defaultGroupId(target: string): string {
  return `${target}_consumer_group`;
}

function checkDurations({ timeoutMs, visibilityTimeoutMs }: Record<string, number>): void {
  const issues = Object.entries({ timeoutMs, visibilityTimeoutMs })
    .filter(([, value]) => value === undefined || !isDurationMs(value))
    .map(([path]) => ({ path, message: durationExpected }));
  if (issues.length > 0) throw new ConfigError(issues);
}

function eventOf(facts: Omit<MessageEvent, "stage" | "message">): Omit<MessageEvent, "stage"> {
  const { target, groupId, key, attempt, raw } = facts;
  return { target, groupId, key, attempt, raw, message: messageIn(raw) };
}

function messageIn(text: string): MessageEvent["message"] {
  try {
    return decodeMessage(text, { unknownKinds: "pass" });
  } catch (thrown) {
    if (InvalidBodyError.isInstance(thrown)) return undefined;
    throw thrown;
  }
}

/** A receipt handle ends in `:<sequence>:<attempt>`; what stands before that is the target, whatever its name holds. */
function placeOf(receiptHandle: string, target: string): [sequence: number, attempt: number] {
  const match = /^(.*):(\d+):(\d+)$/s.exec(receiptHandle);
  if (match === null || match[1] !== target) throw refused("unknown-receipt");
  return [Number(match[2]), Number(match[3])];
}

function refused(refusal: "unknown-receipt" | "receipt-expired"): ReceiptError {
  const message =
    refusal === "unknown-receipt"
      ? "The receipt handle was not given out by this bus for this target and group"
      : "The receipt handle has expired: the message has been delivered again since";
  return new ReceiptError(message, { code: `message-bus/${refusal}` });
}
