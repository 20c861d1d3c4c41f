import { ConfigError, type Env } from "@wirekit/core";
import { anySignal } from "@wirekit/core/kit";
import { collectOutcomes } from "./bulk/collect-outcomes.ts";
import { Intake, type MessageSource } from "./bulk/intake.ts";
import { outcomeStream } from "./bulk/outcome-stream.ts";
import { sendToOutcome } from "./bulk/send-to-outcome.ts";
import { type KindoClientOptions, type KindoConfig, resolveOptions } from "./config.ts";
import { Sender } from "./delivery/sender.ts";
import { type KindoEnvOverrides, optionsFromEnv } from "./from-env.ts";
import type { NumberedOutcome, SendManyReport } from "./outcome.ts";
import type {
  KindoLeft,
  KindoStats,
  SendManyOptions,
  SendOptions,
  SendReceipt,
  SendStreamOptions,
} from "./send-options.ts";
import type { ProducerPayload } from "./wire/producer-payload.ts";

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
  readonly #sender: Sender;
  #closed: Promise<KindoLeft> | undefined;

  /**
   * Opens and loads nothing yet.
   *
   * @throws ConfigError naming every option that cannot be used.
   */
  constructor(options: KindoClientOptions) {
    this.#config = resolveOptions(options);
    this.#sender = new Sender(this.#config);
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
    const linked = this.#sender.link(options.signal);
    try {
      const trackingId = await this.#sender.send(message, options, linked.signal, progress);
      return { trackingId, attempts: progress.attempts };
    } finally {
      linked.release();
    }
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
    const { onProgress } = options;
    return collectOutcomes(this.#intake(messages, options), { onProgress, logger: this.#config.logger });
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
    checkBulk(messages, options);
    return outcomeStream(() => this.#intake(messages, options));
  }

  stats(): KindoStats {
    const { delivered, failed, inFlight, transport } = this.#sender;
    return { delivered, failed, inFlight, connections: transport.connections() };
  }

  /**
   * Takes nothing more at once, waits until what is under way is done, for `timeoutMs` (default 10,000) at most, gives up
   * the rest and lets go of every connection. Closing twice is fine.
   */
  close(options: { readonly timeoutMs?: number | undefined } = {}): Promise<KindoLeft> {
    this.#closed ??= this.#sender
      .close(options.timeoutMs ?? defaultCloseTimeoutMs)
      .then((left) => ({ left }));
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #intake(messages: MessageSource<ProducerPayload>, options: SendStreamOptions): Intake<ProducerPayload> {
    checkBulk(messages, options);
    const { concurrency = defaultConcurrency, signal } = options;
    const sends = this.#sender.link(signal);
    const stop = anySignal(signal, this.#sender.closing);
    return new Intake(messages, {
      concurrency,
      stop: stop.signal,
      sendOne: (message) => sendToOutcome(this.#sender, message, options, sends.signal, this.#config.clock),
      ended() {
        sends.release();
        stop.release();
      },
    });
  }
}

function checkBulk(messages: unknown, { concurrency = defaultConcurrency }: SendStreamOptions): void {
  const isIterable =
    typeof messages === "object" &&
    messages !== null &&
    (Symbol.iterator in messages || Symbol.asyncIterator in messages);
  if (!isIterable) throw unusable("messages", "must be an array, or something else that can be iterated");
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw unusable("concurrency", "must be a whole number of at least 1");
  }
}

function unusable(path: string, message: string): ConfigError {
  return new ConfigError([{ path, message }]);
}
