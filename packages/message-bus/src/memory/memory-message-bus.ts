import type { CloseOptions, CloseReport, Health, SendOutcome, WaitOptions } from "@wirekit/core";
import { type Deadline, Faults, failedOutcome, option, readOptions } from "@wirekit/core/kit";
import { BusLifecycle } from "../bus-lifecycle.ts";
import { checkReceived, checkWaitOptions, defaultGroupId, receiveRules } from "../bus-options.ts";
import { BusSends, type SendTextOptions } from "../bus-sends.ts";
import type { ConsumeOptions, MessageConsumer, MessageHandler } from "../consume-options.ts";
import type {
  BusStats,
  MessageBus,
  MessagesOptions,
  ReceiveOptions,
  SendManyOptions,
  SendOptions,
  SentMessage,
} from "../message-bus.ts";
import { messagesOf } from "../messages.ts";
import { textHeadersOf, withHeaders } from "../original-bytes.ts";
import type { Outgoing, TextContent } from "../outgoing.ts";
import { type Received, type ReceivedFacts, ReceivedRecord, toReceived } from "../received.ts";
import { type SourceOptions, startConsumer } from "../start-consumer.ts";
import type { DecodedMessage, SendableMessage, UnknownKinds } from "../wire/message.ts";
import type { Delivery } from "./memory-group.ts";
import {
  type MemoryMessageBusOptions,
  type ResolvedMemoryOptions,
  resolveMemoryOptions,
} from "./memory-options.ts";
import { MemorySource } from "./memory-source.ts";
import { MemoryTarget } from "./memory-target.ts";
import {
  checkWaitForMessage,
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

type MemoryReceipt = Pick<MemorySentMessage, "messageId" | "sequence">;

/** What spans call this kind of bus. */
const system = "memory";

/** Any name will do. */
function findTargetFault(target: unknown): string | undefined {
  return typeof target === "string" && target.trim() !== "" ? undefined : "must be a text that is not empty";
}

const rulesOfReceive = {
  ...receiveRules(findTargetFault),
  visibilityTimeoutMs: option.durationMs({ minimum: 0 }),
};

function bytesAsContent(bytes: Uint8Array, { key }: SendOptions): TextContent {
  const rawKey = typeof key === "string" && key !== "" ? Buffer.from(key) : undefined;
  const body = Buffer.from(bytes);
  return { text: body.toString("utf8"), original: { body, key: rawKey, headers: [] } };
}

/**
 * A bus inside the process, for tests and for development: the same contract as the others, bounded, and with
 * a clock that can be moved. What it holds is gone with it.
 */
export class MemoryMessageBus implements MessageBus<MemorySentMessage> {
  readonly #options: ResolvedMemoryOptions;
  readonly #targets = new Map<string, MemoryTarget>();
  readonly #life: BusLifecycle;
  readonly #sends: BusSends<MemoryReceipt>;
  readonly #spy: MessageSpy;
  readonly #recorder: Recorder;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: MemoryMessageBusOptions = {}) {
    this.#options = resolveMemoryOptions(options);
    this.#life = new BusLifecycle(this.#options.clock);
    this.#spy = new MessageSpy(this.#options.maxRememberedEvents);
    this.#recorder = new Recorder(this.#spy, this.#life.counters);
    this.#sends = new BusSends({
      system,
      findTargetFault,
      submit: (outgoing) => this.#submit(outgoing),
      life: this.#life,
    });
  }

  sendMessage(message: SendableMessage, options: SendOptions): Promise<MemorySentMessage> {
    return this.#sends.sendMessage(message, options);
  }

  /**
   * Puts any text, or any bytes, where a message is due, as a stranger might: for tests of bodies that are no
   * messages.
   */
  sendText(text: string | Uint8Array, options: SendTextOptions): Promise<MemorySentMessage> {
    const { headers, ...sendOptions } = { ...options };
    const texts = text instanceof Uint8Array ? bytesAsContent(text, sendOptions) : { text };
    return this.#sends.sendText({ ...texts, headers }, sendOptions);
  }

  sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<readonly SendOutcome<MemorySentMessage>[]> {
    return this.#sends.sendMany(messages, options);
  }

  async receiveMessage<Unknown extends UnknownKinds = "refuse">(
    options: ReceiveOptions<Unknown>,
  ): Promise<Received<DecodedMessage<Unknown>> | undefined> {
    const faults = new Faults();
    const read = readOptions(options, rulesOfReceive, faults);
    faults.throwIfAny();
    const { target, groupId = defaultGroupId(target), timeoutMs, signal } = read;
    const { visibilityTimeoutMs = this.#options.visibilityTimeoutMs } = read;
    const { unknownKinds } = options;
    this.#life.throwUnlessOpen();
    const group = this.#target(target).group(groupId);
    const delivery = await group.receive({
      timeoutMs,
      visibilityTimeoutMs,
      signal,
    });
    if (delivery === undefined) return undefined;
    const received = toReceived<Unknown>(this.#factsOf(delivery, target, groupId), unknownKinds);
    if (received.kind === "invalid") this.#life.counters.invalid();
    return received;
  }

  /**
   * @throws ReceiptError when the message has been delivered again since, or was never delivered by this
   * handle.
   */
  async acknowledge(received: Received<unknown>, options: WaitOptions = {}): Promise<void> {
    checkReceived(received);
    checkWaitOptions(options);
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
    const { clock, logger } = this.#options;
    return startConsumer(options, handler, {
      system,
      life: this.#life,
      findTargetFault,
      visibilityRule: option.durationMs({ minimum: 1 }),
      openSource: (read) => this.#openSource(read),
      sendText: (content, sendOptions) => this.#sends.sendText(content, sendOptions),
      clock,
      logger,
    });
  }

  /**
   * Waits until something has happened to a message: `await bus.waitForMessage((message) => message.kind ===
   * "PAYMENT")`. What has happened before the call is found as well, as far as it is remembered.
   *
   * @throws TimeoutError after 5 seconds, unless told otherwise; ConfigError naming every option at fault.
   */
  async waitForMessage(predicate: MessagePredicate, options?: WaitForMessageOptions): Promise<MessageEvent> {
    checkWaitForMessage(predicate, options);
    return this.#spy.wait(predicate, options);
  }

  /** Makes `waitForMessage` find only what happens from now on. */
  forgetMessages(): void {
    this.#spy.forget();
  }

  stats(): BusStats {
    return this.#life.counters.stats();
  }

  health(): Health {
    return this.#life.health();
  }

  close(options?: CloseOptions): Promise<CloseReport<SendableMessage>> {
    return this.#life.close(options, (deadline) => this.#close(deadline));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(deadline: Deadline): Promise<CloseReport<SendableMessage>> {
    // Handlers that run may still send and acknowledge; nothing more is received.
    const consumersEnd = this.#life.closeConsumers(deadline);
    for (const target of this.#targets.values()) target.close();
    await consumersEnd;
    const left = await this.#sends.close(deadline, async () => {});
    this.#spy.close();
    const groups = [...this.#targets.values()].flatMap((target) => [...target.groups.values()]);
    const notHandled = groups.reduce((sum, group) => sum + group.held, 0);
    return { ...left, notHandled };
  }

  #openSource({ target, groupId = defaultGroupId(target), ...options }: SourceOptions): MemorySource {
    const { visibilityTimeoutMs = this.#options.visibilityTimeoutMs } = options;
    return new MemorySource({
      group: this.#target(target).group(groupId),
      visibilityTimeoutMs,
      clock: this.#options.clock,
      factsOf: (delivery) => this.#factsOf(delivery, target, groupId),
      onAcknowledged: (facts) => this.#recorder.acknowledged(facts),
    });
  }

  #submit(outgoing: Outgoing<MemoryReceipt>): void {
    const { target, text, key, headers, original } = outgoing;
    const sentAt = new Date(this.#options.clock.now());
    try {
      const bytes = Buffer.byteLength(text);
      const { sequence } = this.#target(target).send({
        text,
        bytes,
        key,
        headers: original === undefined ? headers : { ...textHeadersOf(original), ...headers },
        original: original && withHeaders(original, headers),
        sentAt,
      });
      this.#recorder.sent({ target, key, raw: text });
      const receipt = { messageId: `${target}:${sequence}`, sequence };
      outgoing.settle({ kind: "delivered", attempts: 1, latencyMs: 0, receipt }, undefined);
    } catch (thrown) {
      outgoing.settle(failedOutcome(thrown), thrown);
    }
  }

  #factsOf({ stored, attempt }: Delivery, target: string, groupId: string): ReceivedFacts {
    const { key, sentAt, headers, original, sequence, text: raw } = stored;
    const receiptHandle = receiptHandleOf(target, { sequence, attempt });
    const texts = { target, groupId, receiptHandle, raw, key, attempt, sentAt, headers, original };
    const facts = new ReceivedRecord(texts);
    this.#recorder.received(facts);
    return facts;
  }

  #target(name: string): MemoryTarget {
    this.#life.throwIfClosed();
    const known = this.#targets.get(name);
    if (known !== undefined) return known;
    const target = new MemoryTarget(name, this.#options, this.#options.clock);
    this.#targets.set(name, target);
    return target;
  }
}
