import type { Env, Overrides, SendOutcome, WaitOptions } from "@wirekit/core";
import { anySignal, LazySource, withTimeout } from "@wirekit/core/kit";
import { type SqsDelivery, SqsSource } from "@wirekit/core/sqs";
import { BusLifecycle } from "../bus-lifecycle.ts";
import type { ConsumeOptions, MessageConsumer, MessageHandler } from "../consume-options.ts";
import { closedError } from "../errors.ts";
import type {
  BusCloseReport,
  BusHealth,
  BusStats,
  MessageBus,
  MessagesOptions,
  ReceiveOptions,
  SendManyOptions,
  SendOptions,
} from "../message-bus.ts";
import { messagesOf } from "../messages.ts";
import { type Received, toReceived } from "../received.ts";
import { sendEach } from "../send-each.ts";
import { startConsumer } from "../start-consumer.ts";
import type { DecodedMessage, SendableMessage, UnknownKinds } from "../wire/message.ts";
import { AccountedSource } from "./accounted-source.ts";
import { sqsOptionsFromEnv } from "./from-env.ts";
import { checkQueueName } from "./queue-name.ts";
import { toReceiptError } from "./receipt-error.ts";
import { receiveOne } from "./receive-one.ts";
import { type Outgoing, readMessage } from "./send-entry.ts";
import { sqsConnection } from "./sqs-connection.ts";
import { factsOf, type SqsBusDelivery } from "./sqs-delivery.ts";
import {
  checkWaitMs,
  type ResolvedSqsOptions,
  resolveSqsOptions,
  type SqsMessageBusOptions,
  visibilitySeconds,
} from "./sqs-options.ts";
import { SqsQueues } from "./sqs-queues.ts";
import { type SqsSend, SqsSends, type SqsSentMessage, system } from "./sqs-sends.ts";
import { Unacknowledged } from "./unacknowledged.ts";

/**
 * A bus over Amazon SQS, and whatever speaks its protocol. A target is a queue, by its name. On a queue whose name ends in `.fifo`,
 * messages with one key come in their order; a standard queue has no keys and no order.
 *
 * The AWS SDK (`@aws-sdk/client-sqs`, an optional peer) is loaded with the first message.
 */
export class SqsMessageBus implements MessageBus<SqsSentMessage> {
  readonly #options: ResolvedSqsOptions;
  readonly #queues: SqsQueues;
  readonly #sends: SqsSends;
  readonly #life = new BusLifecycle();
  readonly #unacknowledged = new Unacknowledged();
  /** What was acknowledged by what it was received as: a second time is not counted. */
  readonly #acknowledged = new WeakSet<Received<unknown>>();
  readonly #receiving = new AbortController();

  /** Reads nothing but its options. @throws ConfigError naming every option at fault. */
  constructor(options: SqsMessageBusOptions) {
    this.#options = resolveSqsOptions(options);
    this.#queues = new SqsQueues(this.#options, sqsConnection(this.#options));
    this.#sends = new SqsSends(this.#options, this.#queues, this.#life.counters);
  }

  /**
   * A bus as the environment says: `SQS_QUEUE_URL` (the base URL), `AWS_REGION`, and the pair `AWS_ACCESS_KEY_ID` and
   * `AWS_SECRET_ACCESS_KEY`, with `AWS_SESSION_TOKEN`, in place of the standard chain. `overrides` come first.
   *
   * @throws ConfigError naming every variable and option at fault.
   */
  static fromEnv(env: Env = process.env, overrides: Overrides<SqsMessageBusOptions> = {}): SqsMessageBus {
    return new SqsMessageBus(sqsOptionsFromEnv(env, overrides));
  }

  /**
   * @throws InvalidMessageError, before anything is sent; ConfigError for a target or key that SQS does not take; SqsError when SQS cannot be
   * reached or refuses; MessageTooLargeError; ClosedError; TimeoutError; the signal's own reason.
   */
  sendMessage(message: SendableMessage, options: SendOptions): Promise<SqsSentMessage> {
    return this.#sends.send(sendOf(message, options));
  }

  async sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<readonly SendOutcome<SqsSentMessage>[]> {
    return sendEach(messages, options, {
      sendOne: (message, sendOptions) => this.#sends.sendOne(sendOf(message, sendOptions)),
      counters: this.#life.counters,
    });
  }

  /**
   * Receives one message by long polls of whole seconds: `timeoutMs` is rounded up. An abort ends the wait at once; a message that SQS was about
   * to answer with comes again after its visibility time-out.
   *
   * @throws SqsError when SQS cannot be reached or refuses; ClosedError; the signal's own reason.
   */
  async receiveMessage<Unknown extends UnknownKinds = "refuse">(
    options: ReceiveOptions<Unknown>,
  ): Promise<Received<DecodedMessage<Unknown>> | undefined> {
    const { target, timeoutMs = 1_000, unknownKinds } = options;
    const { visibilityTimeoutMs = this.#options.visibilityTimeoutMs } = options;
    checkQueueName(target);
    checkWaitMs(timeoutMs);
    const visibility =
      visibilityTimeoutMs === undefined ? undefined : visibilitySeconds(visibilityTimeoutMs, 0);
    this.#life.throwUnlessOpen();
    const linked = anySignal(options.signal, this.#receiving.signal);
    try {
      const { sqs, url } = await this.#queues.open(target, { signal: linked.signal });
      const delivery = await receiveOne({
        ...this.#options,
        sqs,
        queueUrl: url,
        waitSeconds: Math.ceil(timeoutMs / 1_000),
        visibilitySeconds: visibility,
        signal: linked.signal,
      });
      if (delivery === undefined) return undefined;
      const received = toReceived<Unknown>(this.#accountFor(target, delivery), unknownKinds);
      if (received.kind === "invalid") this.#life.counters.invalid();
      return received;
    } finally {
      linked.release();
    }
  }

  /** @throws ReceiptError when the receipt handle has run out, or is none; SqsError; ClosedError. */
  async acknowledge(received: Received<unknown>, options: WaitOptions = {}): Promise<void> {
    await this.#delete(received.target, received.receiptHandle, options);
    if (this.#acknowledged.has(received)) return;
    this.#acknowledged.add(received);
    this.#life.counters.acknowledged();
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
    const { target, deadLetterTarget } = options;
    const { visibilityTimeoutMs = this.#options.visibilityTimeoutMs ?? 30_000 } = options;
    const { clock, logger, random } = this.#options;
    checkQueueName(target);
    if (deadLetterTarget !== undefined) checkQueueName(deadLetterTarget, "deadLetterTarget");
    const leaseMs = visibilitySeconds(visibilityTimeoutMs, 1) * 1_000;
    this.#life.throwUnlessOpen();
    const open = (signal: AbortSignal) => this.#openSource(target, leaseMs, signal);
    const source = new LazySource<SqsBusDelivery>({ redelivery: "by-queue", open });
    const consumer: MessageConsumer = startConsumer(options, handler, {
      source,
      system,
      sendText: (text, { deliveryId: id, target: to, key, ...sendOptions }) => {
        const outgoing: Outgoing = { target: to, text, key, idempotencyKey: id, ownGroup: id };
        return this.#sends.send({ ...sendOptions, target: to, read: () => outgoing });
      },
      clock,
      logger,
      random,
    });
    consumer.on("processed", ({ outcome }) => {
      if (outcome === "invalid") this.#life.counters.invalid();
    });
    this.#life.consumers.add(consumer, target);
    return consumer;
  }

  /**
   * Deletes what was received by its receipt handle alone, for a program that has kept nothing else of it. Twice is fine.
   *
   * @throws ReceiptError when the receipt handle has run out, or is none; SqsError; ClosedError.
   */
  async deleteMessage(target: string, receiptHandle: string, options: WaitOptions = {}): Promise<void> {
    await this.#delete(target, receiptHandle, options);
    this.#life.counters.acknowledged();
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
    const { clock } = this.#options;
    const endsAt = clock.monotonic() + timeoutMs;
    // Handlers that run may still send and acknowledge; nothing more is received.
    this.#receiving.abort(closedError());
    await this.#life.consumers.close({ timeoutMs });
    await this.#queues.close({ timeoutMs: Math.max(0, endsAt - clock.monotonic()) });
    const left = await this.#sends.close();
    return { ...left, unacknowledged: this.#unacknowledged.size };
  }

  async #openSource(
    target: string,
    visibilityTimeoutMs: number,
    signal: AbortSignal,
  ): Promise<AccountedSource> {
    const { timeoutMs, logger, clock, random, retry } = this.#options;
    const { sqs, url: queueUrl } = await this.#queues.open(target, { signal });
    const source = new SqsSource<SqsBusDelivery>({
      sqs,
      queueUrl,
      visibilityTimeoutMs,
      timeoutMs,
      retry,
      logger,
      clock,
      random,
      toDelivery: (delivery) => {
        const received = this.#accountFor(target, delivery);
        // Then it is somebody else's, and nothing of ours that comes again.
        delivery.lease.onLost(() => this.#unacknowledged.settled(received.receiptHandle));
        return { ...delivery, bytes: Buffer.byteLength(delivery.body), received };
      },
    });
    return new AccountedSource(source, {
      counters: this.#life.counters,
      unacknowledged: this.#unacknowledged,
    });
  }

  #accountFor(target: string, delivery: Omit<SqsDelivery, "lease">) {
    const facts = factsOf(target, delivery);
    this.#life.counters.received(facts);
    this.#unacknowledged.received(target, delivery.id, facts.receiptHandle);
    return facts;
  }

  async #delete(target: string, receiptHandle: string, options: WaitOptions): Promise<void> {
    options.signal?.throwIfAborted();
    checkQueueName(target);
    this.#life.throwIfClosed();
    const { clock } = this.#options;
    const deleting = async (signal: AbortSignal) => {
      const { settler } = await this.#queues.open(target, { signal });
      await settler.delete(receiptHandle);
    };
    try {
      await withTimeout("The acknowledgement", deleting, { ...options, clock });
    } catch (thrown) {
      throw toReceiptError(thrown);
    }
    this.#unacknowledged.settled(receiptHandle);
  }
}

function sendOf(message: SendableMessage, { target, key, signal, timeoutMs }: SendOptions): SqsSend {
  return { target, signal, timeoutMs, message, read: () => readMessage(message, { target, key }) };
}
