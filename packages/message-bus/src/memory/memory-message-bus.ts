import { ConfigError, type SendOutcome, type WaitOptions } from "@wirekit/core";
import { BusLifecycle } from "../bus-lifecycle.ts";
import type { ConsumeOptions, MessageConsumer, MessageHandler } from "../consume-options.ts";
import { defaultGroupId } from "../default-group-id.ts";
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
import { type Received, type ReceivedFacts, toReceived } from "../received.ts";
import { outcomeOf, sendEach } from "../send-each.ts";
import { sendInSpan } from "../spans.ts";
import { startConsumer } from "../start-consumer.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import type { DecodedMessage, SendableMessage, UnknownKinds } from "../wire/message.ts";
import type { Delivery } from "./memory-group.ts";
import {
  checkDuration,
  type MemoryMessageBusOptions,
  type ResolvedMemoryOptions,
  resolveMemoryOptions,
} from "./memory-options.ts";
import { MemorySource } from "./memory-source.ts";
import { MemoryTarget } from "./memory-target.ts";
import {
  type MessageEvent,
  type MessagePredicate,
  MessageSpy,
  type WaitForMessageOptions,
} from "./message-spy.ts";
import { parseReceiptHandle, receiptError, receiptHandleOf } from "./receipt-handle.ts";
import { Recorder } from "./recorder.ts";

/** What the bus in memory knows of a message that it has taken. */
export interface MemorySentMessage extends SentMessage {
  /** The message's place among all that were sent to its target, from 0. */
  readonly sequence: number;
}

/** What spans call this kind of bus. */
const system = "memory";

/** As {@link SendOptions}, with what is to stand beside the body. */
export interface SendTextOptions extends SendOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * A bus inside the process, for tests and for development: the same contract as the others, bounded, and with a clock that can be
 * moved. What it holds is gone with it.
 */
export class MemoryMessageBus implements MessageBus<MemorySentMessage> {
  readonly #options: ResolvedMemoryOptions;
  readonly #targets = new Map<string, MemoryTarget>();
  readonly #life = new BusLifecycle();
  readonly #spy: MessageSpy;
  readonly #recorder: Recorder;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: MemoryMessageBusOptions = {}) {
    this.#options = resolveMemoryOptions(options);
    this.#spy = new MessageSpy(this.#options.maxRememberedEvents);
    this.#recorder = new Recorder(this.#spy, this.#life.counters);
  }

  async sendMessage(message: SendableMessage, options: SendOptions): Promise<MemorySentMessage> {
    return this.#send(() => encodeMessage(message), options);
  }

  /** Puts any text where a message is due, as a stranger might: for tests of what is not a message. */
  async sendText(text: string, options: SendTextOptions): Promise<MemorySentMessage> {
    return this.#send(() => text, options);
  }

  async sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<readonly SendOutcome<MemorySentMessage>[]> {
    return sendEach(messages, options, {
      sendOne: (message, sendOptions) => this.#sendOne(message, sendOptions),
      counters: this.#life.counters,
    });
  }

  async receiveMessage<Unknown extends UnknownKinds = "refuse">(
    options: ReceiveOptions<Unknown>,
  ): Promise<Received<DecodedMessage<Unknown>> | undefined> {
    const { target, groupId = defaultGroupId(target), timeoutMs = 1_000, signal, unknownKinds } = options;
    const { visibilityTimeoutMs = this.#options.visibilityTimeoutMs } = options;
    checkDuration("timeoutMs", timeoutMs, 0);
    checkDuration("visibilityTimeoutMs", visibilityTimeoutMs, 0);
    this.#life.throwUnlessOpen();
    const group = this.#target(target).group(groupId);
    const delivery = await group.receive({ timeoutMs, visibilityTimeoutMs, signal });
    if (delivery === undefined) return undefined;
    return toReceived<Unknown>(this.#factsOf(delivery, target, groupId, unknownKinds), unknownKinds);
  }

  /** @throws ReceiptError when the message has been delivered again since, or was never delivered by this handle. */
  async acknowledge(received: Received<unknown>, options: WaitOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const { target, groupId = defaultGroupId(target), receiptHandle } = received;
    const { sequence, attempt } = parseReceiptHandle(receiptHandle, target);
    this.#life.throwIfClosed();
    const group = this.#targets.get(target)?.groups.get(groupId);
    if (group === undefined) throw receiptError("unknown-receipt");
    const before = group.unacknowledged;
    const refusal = group.acknowledge(sequence, attempt);
    if (refusal !== undefined) throw receiptError(refusal);
    // A second acknowledgement changes nothing, and is not counted.
    if (group.unacknowledged < before) this.#recorder.acknowledged({ ...received, groupId, attempt });
  }

  messages<Unknown extends UnknownKinds = "refuse">(
    options: MessagesOptions<Unknown>,
  ): AsyncIterableIterator<Received<DecodedMessage<Unknown>>> {
    return messagesOf(this, options);
  }

  consume<Unknown extends UnknownKinds = "refuse">(
    options: ConsumeOptions<Unknown>,
    handler: MessageHandler<DecodedMessage<Unknown>>,
  ): MessageConsumer {
    const { target, groupId = defaultGroupId(target), unknownKinds } = options;
    const { visibilityTimeoutMs = this.#options.visibilityTimeoutMs } = options;
    const { clock, logger } = this.#options;
    checkDuration("visibilityTimeoutMs", visibilityTimeoutMs, 1);
    this.#life.throwUnlessOpen();
    const source = new MemorySource({
      group: this.#target(target).group(groupId),
      visibilityTimeoutMs,
      clock,
      factsOf: (delivery) => this.#factsOf(delivery, target, groupId, unknownKinds),
      onAcknowledged: (facts) => this.#recorder.acknowledged(facts),
    });
    const consumer: MessageConsumer = startConsumer(options, handler, {
      source,
      system,
      sendText: async (text, sendOptions) => this.#send(() => text, sendOptions),
      clock,
      logger,
    });
    this.#life.consumers.add(consumer, target);
    return consumer;
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
    return this.#life.counters.stats();
  }

  health(): BusHealth {
    return this.#life.health();
  }

  close(options?: { readonly timeoutMs?: number | undefined }): Promise<BusCloseReport> {
    return this.#life.close(options, (timeoutMs) => this.#close(timeoutMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeoutMs: number): Promise<BusCloseReport> {
    // Handlers that run may still send and acknowledge; nothing more is received.
    const consumersEnd = this.#life.consumers.close({ timeoutMs });
    for (const target of this.#targets.values()) target.close();
    await consumersEnd;
    this.#spy.close();
    const groups = [...this.#targets.values()].flatMap((target) => [...target.groups.values()]);
    const unacknowledged = groups.reduce((sum, group) => sum + group.held, 0);
    return { notSent: [], unconfirmed: [], unacknowledged };
  }

  async #sendOne(message: SendableMessage, options: SendOptions): Promise<SendOutcome<MemorySentMessage>> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    try {
      const sent = await this.#send(() => encodeMessage(message), options);
      return { kind: "delivered", attempts: 1, latencyMs: clock.monotonic() - startedAt, ...sent };
    } catch (thrown) {
      return outcomeOf(thrown, options.signal);
    }
  }

  async #send(textOf: () => string, options: SendTextOptions): Promise<MemorySentMessage> {
    try {
      const { target, key, signal, headers } = options;
      signal?.throwIfAborted();
      const text = textOf();
      const bodyBytes = Buffer.byteLength(text);
      return await sendInSpan({ system, target, bodyBytes }, async (traceHeaders) => {
        const { sequence } = this.#target(target).send({
          text,
          bytes: bodyBytes,
          // As on Kafka, where an empty key is no key.
          key: key === "" ? undefined : key,
          headers: { ...headers, ...traceHeaders },
          sentAt: new Date(this.#options.clock.now()),
        });
        this.#recorder.sent({ target, key, raw: text });
        return { target, messageId: `${target}:${sequence}`, sequence };
      });
    } catch (thrown) {
      this.#life.counters.notSent();
      throw thrown;
    }
  }

  #factsOf(
    { stored, attempt }: Delivery,
    target: string,
    groupId: string,
    unknownKinds: UnknownKinds | undefined,
  ): ReceivedFacts {
    const { key, sentAt, headers, sequence, text: raw } = stored;
    const receiptHandle = receiptHandleOf(target, { sequence, attempt });
    const facts = { target, groupId, receiptHandle, raw, key, attempt, sentAt, headers };
    this.#recorder.received(facts, unknownKinds);
    return facts;
  }

  #target(name: string): MemoryTarget {
    this.#life.throwIfClosed();
    if (name === "") throw new ConfigError([{ path: "target", message: "must not be empty" }]);
    const known = this.#targets.get(name);
    if (known !== undefined) return known;
    const target = new MemoryTarget(name, this.#options, this.#options.clock);
    this.#targets.set(name, target);
    return target;
  }
}
