import type {
  CloseOptions,
  CloseReport,
  Env,
  Health,
  Overrides,
  SendOutcome,
  WaitOptions,
} from "@wirekit/core";
import { withProxyFromEnv } from "@wirekit/core/http";
import {
  anySignal,
  type Deadline,
  Faults,
  LazySource,
  makeFromEnv,
  readOptions,
  withTimeout,
} from "@wirekit/core/kit";
import type { SqsReceipt } from "@wirekit/core/sqs";
import { BusLifecycle } from "../bus-lifecycle.ts";
import { checkReceived, checkWaitOptions, receiveRules } from "../bus-options.ts";
import { BusSends } from "../bus-sends.ts";
import type { ConsumeOptions, MessageConsumer, MessageHandler } from "../consume-options.ts";
import { closedError } from "../errors.ts";
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
import type { Outgoing } from "../outgoing.ts";
import { type Received, toReceived } from "../received.ts";
import { startConsumer } from "../start-consumer.ts";
import type { DecodedMessage, SendableMessage, UnknownKinds } from "../wire/message.ts";
import { ConsumerSource, type SqsBusDelivery } from "./consumer-source.ts";
import { deleteMessage } from "./delete-message.ts";
import { receiveOne } from "./receive-one.ts";
import { ReceivedMessages } from "./received-messages.ts";
import { findQueueNameFault, toSendEntry } from "./send-entry.ts";
import { sqsConnection } from "./sqs-connection.ts";
import {
  type ResolvedSqsOptions,
  resolveSqsOptions,
  type SqsMessageBusOptions,
  sqsVariables,
  toSeconds,
  visibilityRule,
} from "./sqs-options.ts";
import { type OpenQueue, SqsQueues } from "./sqs-queues.ts";

/** What SQS says of a message that it has taken. */
export interface SqsSentMessage extends SentMessage {
  /** Its place among all messages of its FIFO queue; absent on a standard queue. */
  readonly sequenceNumber?: string | undefined;
}

/** What spans call this kind of bus. */
const system = "aws_sqs";
const defaultConsumerVisibilityMs = 30_000;

const rulesOfReceive = {
  ...receiveRules(findQueueNameFault),
  visibilityTimeoutMs: visibilityRule({ minimum: 0 }),
};

/**
 * A bus over Amazon SQS, and whatever speaks its protocol. A target is a queue, by its name. On a queue whose
 * name ends in `.fifo`, messages with one key come in their order; a standard queue has no keys and no order.
 *
 * The AWS SDK (`@aws-sdk/client-sqs`, an optional peer) is loaded with the first message.
 */
export class SqsMessageBus implements MessageBus<SqsSentMessage> {
  readonly #options: ResolvedSqsOptions;
  readonly #queues: SqsQueues;
  readonly #sends: BusSends<SqsReceipt>;
  readonly #life: BusLifecycle;
  readonly #received: ReceivedMessages;
  /** Received messages that were acknowledged: a second acknowledgement is not counted. */
  readonly #acknowledged = new WeakSet<Received<unknown>>();
  readonly #receiving = new AbortController();

  /** Reads nothing but its options. @throws ConfigError naming every option at fault. */
  constructor(options: SqsMessageBusOptions) {
    this.#options = resolveSqsOptions(options);
    this.#queues = new SqsQueues(this.#options, sqsConnection(this.#options));
    this.#life = new BusLifecycle(this.#options.clock);
    this.#received = new ReceivedMessages(this.#life.counters);
    this.#sends = new BusSends<SqsReceipt>({
      system,
      findTargetFault: findQueueNameFault,
      submit: (outgoing) => this.#submit(outgoing),
      life: this.#life,
    });
  }

  /**
   * A bus as the environment says: `SQS_QUEUE_URL` (the base URL), `AWS_REGION`, and the pair
   * `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with `AWS_SESSION_TOKEN`, in place of the standard
   * chain; `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. `overrides` come first.
   *
   * @throws ConfigError naming every variable and option at fault.
   */
  static fromEnv(env: Env = process.env, overrides: Overrides<SqsMessageBusOptions> = {}): SqsMessageBus {
    return makeFromEnv<SqsMessageBusOptions, SqsMessageBus>(
      { variables: sqsVariables, env, overrides },
      (options) => new SqsMessageBus(withProxyFromEnv(options, env)),
    );
  }

  /**
   * @throws InvalidMessageError, MessageTooLargeError, or ConfigError for a target or key that SQS does not
   * take, before anything is sent; UnconfirmedError if it went out and nothing says whether it arrived;
   * AwsError, ClosedError, TimeoutError, or the signal's own reason, if it has not arrived.
   */
  sendMessage(message: SendableMessage, options: SendOptions): Promise<SqsSentMessage> {
    return this.#sends.sendMessage(message, options);
  }

  sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<readonly SendOutcome<SqsSentMessage>[]> {
    return this.#sends.sendMany(messages, options);
  }

  /**
   * Receives one message by long polls of whole seconds: `timeoutMs` is rounded up. If you abort a receive, a
   * message that SQS was about to return becomes visible again after its time-out.
   *
   * @throws AwsError when SQS cannot be reached or refuses; ConfigError; ClosedError; the signal's own
   * reason.
   */
  async receiveMessage<Unknown extends UnknownKinds = "refuse">(
    options: ReceiveOptions<Unknown>,
  ): Promise<Received<DecodedMessage<Unknown>> | undefined> {
    const faults = new Faults();
    const {
      target,
      timeoutMs,
      signal,
      visibilityTimeoutMs = this.#options.visibilityTimeoutMs,
    } = readOptions(options, rulesOfReceive, faults);
    faults.throwIfAny();
    this.#life.throwUnlessOpen();
    const linked = anySignal(signal, this.#receiving.signal);
    try {
      const delivery = await this.#life.watch(`receiving from ${target}`, linked.signal, async () => {
        const { sqs, url } = await this.#queues.open(target, {
          signal: linked.signal,
        });
        return receiveOne({
          ...this.#options,
          sqs,
          queueUrl: url,
          waitSeconds: toSeconds(timeoutMs),
          visibilitySeconds: visibilityTimeoutMs === undefined ? undefined : toSeconds(visibilityTimeoutMs),
          signal: linked.signal,
        });
      });
      if (delivery === undefined) return undefined;
      const received = toReceived<Unknown>(this.#received.add(target, delivery), options.unknownKinds);
      if (received.kind === "invalid") this.#life.counters.invalid();
      return received;
    } finally {
      linked.release();
    }
  }

  /** @throws ReceiptError when the receipt handle has run out, or is none; AwsError; ClosedError. */
  async acknowledge(received: Received<unknown>, options: WaitOptions = {}): Promise<void> {
    checkReceived(received);
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
    const { clock, logger, random } = this.#options;
    return startConsumer(options, handler, {
      system,
      life: this.#life,
      findTargetFault: findQueueNameFault,
      visibilityRule: visibilityRule({ minimum: 1 }),
      openSource: ({ target, visibilityTimeoutMs = this.#options.visibilityTimeoutMs }) => {
        const leaseMs = toSeconds(visibilityTimeoutMs ?? defaultConsumerVisibilityMs) * 1_000;
        return new LazySource<SqsBusDelivery>({
          redelivery: "by-queue",
          open: async (signal, onTrouble) => {
            const queue = await this.#queues.openForConsumer(target, { signal, onTrouble });
            return this.#sourceOf(target, queue, leaseMs);
          },
        });
      },
      sendText: (content, sendOptions) => this.#sends.sendText(content, sendOptions),
      clock,
      logger,
      random,
    });
  }

  /**
   * Deletes what was received by its receipt handle alone, for a program that has kept nothing else of it.
   * Twice is fine.
   *
   * @throws ReceiptError when the receipt handle has run out, or is none; AwsError; ClosedError.
   */
  async deleteMessage(target: string, receiptHandle: string, options: WaitOptions = {}): Promise<void> {
    await this.#delete(target, receiptHandle, options);
    this.#life.counters.acknowledged();
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
    this.#receiving.abort(closedError());
    await this.#life.closeConsumers(deadline);
    const left = await this.#sends.close(deadline, () => this.#queues.close(deadline));
    return { ...left, notHandled: this.#received.unsettled };
  }

  #submit(outgoing: Outgoing<SqsReceipt>): void {
    const { target, signal, timeoutMs } = outgoing;
    const entry = toSendEntry(outgoing, this.#options);
    this.#queues
      .get(target)
      .submit(entry, { signal, timeoutMs }, (outcome, reason) => outgoing.settle(outcome, reason));
  }

  #sourceOf(target: string, queue: OpenQueue, visibilityTimeoutMs: number): ConsumerSource {
    const { counters } = this.#life;
    const bus = this.#options;
    return new ConsumerSource({
      target,
      queue,
      visibilityTimeoutMs,
      bus,
      received: this.#received,
      counters,
    });
  }

  async #delete(target: string, receiptHandle: string, options: WaitOptions): Promise<void> {
    checkWaitOptions(options);
    options.signal?.throwIfAborted();
    const faults = new Faults();
    readOptions({ target }, { target: rulesOfReceive.target }, faults);
    faults.throwIfAny();
    this.#life.throwIfClosed();
    const { clock } = this.#options;
    const deleting = async (signal: AbortSignal) => {
      const { settler } = await this.#queues.open(target, { signal });
      await deleteMessage(settler, receiptHandle);
    };
    await this.#life.watch(`acknowledging in ${target}`, options.signal, () =>
      withTimeout("The acknowledgement", deleting, { ...options, clock }),
    );
    this.#received.settle(receiptHandle);
  }
}
