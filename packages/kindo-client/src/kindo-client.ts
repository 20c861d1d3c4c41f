import type { Client, CloseOptions, CloseReport, Env, Health } from "@wirekit/core";
import { anySignal } from "@wirekit/core/kit";
import { collectOutcomes } from "./bulk/collect-outcomes.ts";
import { Intake, type MessageSource } from "./bulk/intake.ts";
import { outcomeStream } from "./bulk/outcome-stream.ts";
import { type KindoClientOptions, type KindoConfig, resolveOptions } from "./config.ts";
import { Sender } from "./delivery/sender.ts";
import { type KindoEnvOverrides, makeClientFromEnv } from "./from-env.ts";
import type { NumberedOutcome, SendManyReport } from "./outcome.ts";
import {
  type KindoStats,
  resolveManyOptions,
  resolveStreamOptions,
  type SendManyOptions,
  type SendOptions,
  type SendReceipt,
  type SendStreamOptions,
} from "./send-options.ts";
import type { ProducerPayload } from "./wire/producer-payload.ts";

/**
 * Sends messages to the Kindo Producer: checked against the schema, signed with AWS Signature Version 4,
 * tried again when the service is busy or cannot be reached. Hold one client for the life of the program; it
 * keeps its connections.
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
export class KindoClient implements Client<ProducerPayload, KindoStats> {
  readonly #config: KindoConfig;
  readonly #sender: Sender;

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
   * A client as the environment describes it: `KINDO_MESSAGE_PRODUCER_URL` or `KINDO_MESSAGE_PRODUCER_ARN`
   * (the URL counts if both are set), `KINDO_MESSAGE_BEHAVIOR`, `AWS_REGION`, `AWS_SERVICE`, and AWS's own
   * variables for credentials.
   *
   * @param env default: `process.env`, and the `.env` file of the working directory for what that does not
   * say. If it is given, the file is not read.
   * @param overrides options in place of what the environment says.
   * @throws ConfigError naming every variable and option at fault.
   */
  static fromEnv(env?: Env, overrides: KindoEnvOverrides = {}): KindoClient {
    return makeClientFromEnv(env, overrides, (options) => new KindoClient(options));
  }

  /**
   * Sends one message, and resolves when the service has accepted it. It is sent again on 429, 5xx and broken
   * connections, and may therefore arrive twice.
   *
   * @throws ValidationError when the message is not what the schema wants, or holds what JSON cannot carry.
   * @throws SendError when the service refused it.
   * @throws UnconfirmedError when it went out, and nothing says what became of it. Only then may it have
   * arrived.
   * @throws ConnectionError, CredentialsError, TimeoutError when it never left.
   * @throws ConfigError when an option or the schema cannot be used, or a package is missing.
   * @throws ClosedError when the client is closed. An abort before the message goes out rejects with the
   * signal's own reason.
   */
  async send(message: ProducerPayload, options: SendOptions = {}): Promise<SendReceipt> {
    const linked = this.#sender.link(options?.signal);
    try {
      const { trackingId, attempts } = await this.#sender.send(message, options, linked.signal);
      return { trackingId, attempts };
    } finally {
      linked.release();
    }
  }

  /**
   * Sends many messages, some at a time, and resolves to the outcome of each, in their order. It does not
   * reject because messages do, nor because it is aborted.
   *
   * All outcomes are kept until the end. For a source without one, see {@link sendStream}.
   *
   * @param messages an array, or anything that can be iterated; the next one is asked for when there is room.
   * @throws ConfigError naming every option that cannot be used, and `messages` if it cannot be iterated.
   */
  async sendMany(
    messages: MessageSource<ProducerPayload>,
    options: SendManyOptions = {},
  ): Promise<SendManyReport> {
    const { logger } = this.#config;
    const { onProgress, ...rest } = resolveManyOptions(messages, options);
    return collectOutcomes(this.#intake(messages, rest), { onProgress, logger });
  }

  /**
   * Sends many messages, some at a time, and yields the outcome of each as soon as it is there, with the
   * place of its message; a slow message holds up no other. As many messages are taken as there is room for,
   * so a slow reader slows the source down, and a source without an end is no danger.
   *
   * Leaving the loop early takes nothing more from the source, and waits for what is on its way; to give that
   * up as well, abort the signal. When the source throws, the messages before get their outcomes, and then
   * the loop throws the same.
   *
   * @throws ConfigError naming every option that cannot be used, and `messages` if it cannot be iterated.
   */
  sendStream(
    messages: MessageSource<ProducerPayload>,
    options: SendStreamOptions = {},
  ): AsyncGenerator<NumberedOutcome, void, undefined> {
    const resolved = resolveStreamOptions(messages, options);
    return outcomeStream(() => this.#intake(messages, resolved));
  }

  stats(): KindoStats {
    const connections = this.#sender.transport.connections();
    return { sends: this.#sender.stats(), ...(connections && { connections }) };
  }

  health(): Health {
    return this.#sender.health();
  }

  /**
   * Takes nothing more, waits until what is under way is done, for `timeoutMs` (default 10,000) at most,
   * gives up the rest and lets go of every connection. Closing again returns the same report.
   *
   * @throws ConfigError when `timeoutMs` is not a number of milliseconds; nothing is closed then.
   */
  close(options?: CloseOptions): Promise<CloseReport<ProducerPayload>> {
    return this.#sender.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #intake(
    messages: MessageSource<ProducerPayload>,
    { concurrency, signal, timeoutMs }: ReturnType<typeof resolveStreamOptions>,
  ): Intake<ProducerPayload> {
    const each = { signal, timeoutMs };
    const sends = this.#sender.link(signal);
    const stop = anySignal(signal, this.#sender.stopped);
    return new Intake(messages, {
      concurrency,
      stop: stop.signal,
      sendOne: (message) => this.#sender.sendToOutcome(message, each, sends.signal),
      leaveOut: () => this.#sender.leaveOut(),
      ended() {
        sends.release();
        stop.release();
      },
    });
  }
}
