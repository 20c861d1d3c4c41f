import { anySignal, ClosedError, ConfigError, type Env, type WaitOptions, WirekitError } from "@wirekit/core";
import { messagingSpan, withSpan } from "@wirekit/core/tracing";
import { collectOutcomes } from "./bulk/collect-outcomes.ts";
import type { MessageSource } from "./bulk/intake.ts";
import { outcomeStream } from "./bulk/outcome-stream.ts";
import { type KindoClientOptions, type KindoConfig, resolveOptions } from "./config.ts";
import { abortedError, type DeliveryProgress, deliver } from "./delivery/deliver.ts";
import { type KindoEnvOverrides, optionsFromEnv } from "./from-env.ts";
import type { KindoOutcome, NumberedOutcome, SendManyProgress, SendManyReport } from "./outcome.ts";
import type { MessageValidator } from "./schema/compile-schema.ts";
import { messageValidator } from "./schema/message-validator.ts";
import { openTransport } from "./transports/open-transport.ts";
import type { ConnectionCounts, ProducerTransport } from "./transports/producer-transport.ts";
import { checkMessage } from "./validate-message.ts";
import type { ProducerPayload } from "./wire/producer-payload.ts";

/** What one send can be given. */
export interface SendOptions extends WaitOptions {
  /** Goes out as the `Idempotency-Key` header, with every retry of this send. Not possible with an ARN. */
  readonly idempotencyKey?: string | undefined;
}

/** The service has accepted a message. */
export interface SendReceipt {
  /** The service's id for it. */
  readonly trackingId: string;
  /** How often it was sent: more than 1 means that it may have arrived twice. */
  readonly attempts: number;
}

/** What sending many can be given. `timeoutMs` is for each message; `signal` ends it all. */
export interface SendStreamOptions extends WaitOptions {
  /** Messages on their way at a time. Default 16. */
  readonly concurrency?: number | undefined;
}

/** What {@link KindoClient.sendMany} can be given. */
export interface SendManyOptions extends SendStreamOptions {
  /** Told after every message. */
  readonly onProgress?: ((progress: SendManyProgress) => void) | undefined;
}

/** What a client has done so far, and what it is doing. */
export interface KindoStats {
  /** Messages that the service has accepted. */
  readonly delivered: number;
  /** Sends that failed, aborted ones included. */
  readonly failed: number;
  /** Sends that are under way. */
  readonly inFlight: number;
  /** Connections to the service; absent where something else holds them (`fetch`, the AWS SDK). */
  readonly connections: ConnectionCounts | undefined;
}

/** What closing a client left undone. */
export interface KindoLeft {
  /** Sends that were cut off; each of them was rejected. */
  readonly left: number;
}

const defaultConcurrency = 16;
const defaultCloseTimeoutMs = 10_000;

/**
 * Sends messages to the Kindo Producer: checked against the schema, signed with AWS Signature Version 4, tried again when
 * the service is busy or cannot be reached. Hold one client for the life of the program; it keeps its connections.
 *
 * ```ts
 * await using kindo = new KindoClient({ url });
 * const { trackingId } = await kindo.send({
 *   event_type: "user.notification",
 *   message_channel: "email",
 *   behavior: "instant",
 *   payload: { user_id: "12345" },
 * });
 * ```
 */
export class KindoClient {
  readonly #config: KindoConfig;
  readonly #transport: ProducerTransport;
  /** Aborted when closing begins: nothing new is taken. */
  readonly #closing = new AbortController();
  /** Aborted when the time for closing is over: what is under way is given up. */
  readonly #cutOff = new AbortController();
  #validator: Promise<MessageValidator> | undefined;
  #closed: Promise<KindoLeft> | undefined;
  #delivered = 0;
  #failed = 0;
  #inFlight = 0;
  #drained = () => {};

  /**
   * Opens and loads nothing yet.
   *
   * @throws ConfigError naming every option that cannot be used.
   */
  constructor(options: KindoClientOptions) {
    this.#config = resolveOptions(options);
    this.#transport = openTransport(this.#config);
  }

  /**
   * A client as the environment describes it: `KINDO_MESSAGE_PRODUCER_URL` or `KINDO_MESSAGE_PRODUCER_ARN` (the URL counts when
   * both are set), `KINDO_MESSAGE_BEHAVIOR`, `AWS_REGION`, `AWS_SERVICE`, and AWS's own variables for credentials. A `.env`
   * file in the working directory says what the environment does not.
   *
   * @param env default `process.env`, which is never changed.
   * @param overrides options in place of what the environment says.
   * @throws ConfigError naming every variable and option at fault.
   */
  static fromEnv(env: Env = process.env, overrides: KindoEnvOverrides = {}): KindoClient {
    return new KindoClient(optionsFromEnv(env, overrides));
  }

  /**
   * Sends one message, and resolves when the service has accepted it. It is sent again on 429, 5xx and broken connections, and
   * may therefore arrive twice.
   *
   * @throws ValidationError when the message is not what the schema wants, or holds what JSON cannot carry.
   * @throws SendError when it was refused, or could not be sent.
   * @throws ConfigError when the schema cannot be used, or a package is missing.
   * @throws ClosedError when the client is closed. An abort rejects with the signal's own reason.
   */
  async send(message: ProducerPayload, options: SendOptions = {}): Promise<SendReceipt> {
    const progress = { attempts: 0, isBegun: false };
    const trackingId = await this.#send(message, options, progress);
    return { trackingId, attempts: progress.attempts };
  }

  /**
   * Sends many messages, some at a time, and resolves to the outcome of each, in their order. It does not reject because messages do,
   * nor because it is aborted: what had not been sent by then is `not-sent`.
   *
   * All outcomes are kept until the end. For a source without one, see {@link sendStream}.
   *
   * @param messages an array, or anything that can be iterated; the next one is asked for when there is room.
   * @throws ConfigError when `concurrency` or `messages` cannot be used.
   */
  async sendMany(
    messages: MessageSource<ProducerPayload>,
    options: SendManyOptions = {},
  ): Promise<SendManyReport> {
    const total = Array.isArray(messages) ? messages.length : undefined;
    const { onProgress } = options;
    const { logger } = this.#config;
    return collectOutcomes(this.sendStream(messages, options), { total, onProgress, logger });
  }

  /**
   * Sends many messages, some at a time, and yields the outcome of each as soon as it is there, with the place of its message; a
   * slow message holds up no other. As many messages are taken as there is room for, so a slow reader slows the
   * source down, and a source without an end is no danger.
   *
   * Leaving the loop early takes nothing more from the source, and waits for what is on its way; to give that up as
   * well, abort the signal. When the source throws, the messages before get their outcomes, and then the loop throws the same.
   *
   * @throws ConfigError when `concurrency` or `messages` cannot be used.
   */
  sendStream(
    messages: MessageSource<ProducerPayload>,
    options: SendStreamOptions = {},
  ): AsyncGenerator<NumberedOutcome, void, undefined> {
    const { concurrency = defaultConcurrency } = options;
    checkBulk(messages, concurrency);
    return this.#stream(messages, options, concurrency);
  }

  stats(): KindoStats {
    return {
      delivered: this.#delivered,
      failed: this.#failed,
      inFlight: this.#inFlight,
      connections: this.#transport.connections(),
    };
  }

  /**
   * Takes nothing more at once, waits until what is under way is done, for `timeoutMs` (default 10,000) at most, gives up
   * the rest and lets go of every connection. Closing twice is fine.
   */
  close(options: { readonly timeoutMs?: number | undefined } = {}): Promise<KindoLeft> {
    this.#closed ??= this.#shutDown(options.timeoutMs ?? defaultCloseTimeoutMs);
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async *#stream(
    messages: MessageSource<ProducerPayload>,
    options: SendStreamOptions,
    concurrency: number,
  ): AsyncGenerator<NumberedOutcome, void, undefined> {
    const { signal: stop, release } = anySignal(options.signal, this.#closing.signal);
    const sendOne = (message: ProducerPayload) => this.#outcomeOf(message, options);
    try {
      yield* outcomeStream(messages, { concurrency, stop, sendOne });
    } finally {
      release();
    }
  }

  async #outcomeOf(message: ProducerPayload, options: WaitOptions): Promise<KindoOutcome> {
    const { clock } = this.#config;
    const startedAt = clock.monotonic();
    const progress = { attempts: 0, isBegun: false };
    try {
      const trackingId = await this.#send(message, options, progress);
      const latencyMs = clock.monotonic() - startedAt;
      return { kind: "delivered", trackingId, attempts: progress.attempts, latencyMs };
    } catch (thrown) {
      return failedOutcome(thrown, options.signal, progress);
    }
  }

  async #send(message: ProducerPayload, options: SendOptions, progress: DeliveryProgress): Promise<string> {
    options.signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw new ClosedError("The client");
    this.#inFlight += 1;
    try {
      const trackingId = await this.#checkAndDeliver(message, options, progress);
      this.#delivered += 1;
      return trackingId;
    } catch (thrown) {
      this.#failed += 1;
      throw thrown;
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#drained();
    }
  }

  async #checkAndDeliver(
    message: ProducerPayload,
    options: SendOptions,
    progress: DeliveryProgress,
  ): Promise<string> {
    const timeoutMs = checkedTimeout(options.timeoutMs) ?? this.#config.timeoutMs;
    const encoded = checkMessage(message, await this.#openValidator());
    const shipment = { message: encoded, idempotencyKey: this.#idempotencyKey(message, options) };
    const { destination, serverAddress, serverPort } = this.#transport;
    const span = messagingSpan({
      operation: "send",
      system: "kindo",
      destination,
      serverAddress,
      serverPort,
      bodyBytes: encoded.body.length,
    });
    const terms = { timeoutMs, signal: options.signal, cutOff: this.#cutOff.signal, progress };

    return withSpan(span.name, { ...span, scope }, async (active) => {
      const trackingId = await deliver(shipment, this.#transport, this.#config, terms);
      const resends = progress.attempts > 1 ? progress.attempts - 1 : undefined;
      active.setAttributes({ "messaging.message.id": trackingId, "http.request.resend_count": resends });
      return trackingId;
    });
  }

  /** Compiled once; a schema that could not be used is looked at again with the next message. */
  #openValidator(): Promise<MessageValidator> {
    this.#validator ??= messageValidator(this.#config.schema).catch((thrown: unknown) => {
      this.#validator = undefined;
      throw thrown;
    });
    return this.#validator;
  }

  #idempotencyKey(message: ProducerPayload, options: SendOptions): string | undefined {
    const { target } = this.#config;
    const key =
      options.idempotencyKey ??
      (target.kind === "url" ? target.options.idempotencyKey?.(message) : undefined);
    if (key === undefined) return undefined;
    if (target.kind === "arn") throw unusable("idempotencyKey", "has no place in an invocation by ARN");
    if (!/^[!-~]{1,255}$/.test(key))
      throw unusable("idempotencyKey", "must be 1 to 255 visible ASCII characters");
    return key;
  }

  async #shutDown(timeoutMs: number): Promise<KindoLeft> {
    this.#closing.abort(new ClosedError("The client"));
    if (this.#inFlight > 0) await this.#drain(timeoutMs);
    const left = this.#inFlight;
    this.#cutOff.abort(new ClosedError("The client"));
    await this.#transport.close();
    return { left };
  }

  #drain(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = this.#config.clock.setTimer(resolve, timeoutMs);
      this.#drained = () => {
        cancelTimer();
        resolve();
      };
    });
  }
}

const scope = { name: "@wirekit/kindo-client" };

function failedOutcome(
  thrown: unknown,
  signal: AbortSignal | undefined,
  progress: DeliveryProgress,
): KindoOutcome {
  const isAborted = signal?.aborted === true && thrown === signal.reason;
  if (!progress.isBegun && (isAborted || ClosedError.isInstance(thrown)))
    return { kind: "not-sent", reason: thrown };
  const error = isAborted
    ? abortedError("the call was aborted", thrown, progress)
    : WirekitError.from(thrown);
  return { kind: "rejected", error };
}

function checkBulk(messages: unknown, concurrency: number): void {
  const isIterable =
    typeof messages === "object" &&
    messages !== null &&
    (Symbol.iterator in messages || Symbol.asyncIterator in messages);
  if (!isIterable) throw unusable("messages", "must be an array, or something else that can be iterated");
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw unusable("concurrency", "must be a whole number of at least 1");
  }
}

function checkedTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs > 0) return timeoutMs;
  throw unusable("timeoutMs", "must be a number of milliseconds above 0");
}

function unusable(path: string, message: string): ConfigError {
  return new ConfigError([{ path, message }]);
}
