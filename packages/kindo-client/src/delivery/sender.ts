import { ClosedError, ConfigError } from "@wirekit/core";
import { anySignal, type LinkedSignal } from "@wirekit/core/kit";
import { messagingSpan, withSpan } from "@wirekit/core/tracing";
import type { KindoConfig } from "../config.ts";
import { type MessageValidator, messageValidator } from "../schema/message-validator.ts";
import type { SendOptions } from "../send-options.ts";
import { openTransport } from "../transports/open-transport.ts";
import type { ProducerTransport } from "../transports/producer-transport.ts";
import { checkMessage } from "../validate-message.ts";
import type { ProducerPayload } from "../wire/producer-payload.ts";
import { type DeliveryProgress, deliver } from "./deliver.ts";

const scope = { name: "@wirekit/kindo-client" };

/** Checks messages, delivers them, and knows which are under way. */
export class Sender {
  readonly transport: ProducerTransport;
  delivered = 0;
  failed = 0;
  inFlight = 0;

  readonly #config: KindoConfig;
  readonly #closing = new AbortController();
  readonly #cutOff = new AbortController();
  #validator: Promise<MessageValidator> | undefined;
  #drained = () => {};

  constructor(config: KindoConfig) {
    this.#config = config;
    this.transport = openTransport(config);
  }

  /** Aborted when closing begins: nothing new is taken. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** What ends sends under `signal`: its abort, or that the client gives up what is under way. To be released. */
  link(signal: AbortSignal | undefined): LinkedSignal {
    // Nothing to link, and so nothing to pay for, where the caller has no signal.
    if (signal === undefined) return { signal: this.#cutOff.signal, release: () => {} };
    return anySignal(signal, this.#cutOff.signal);
  }

  /**
   * Sends one message, and resolves to its tracking id.
   *
   * @param signal one of {@link link}.
   */
  async send(
    message: ProducerPayload,
    options: SendOptions,
    signal: AbortSignal,
    progress: DeliveryProgress,
  ): Promise<string> {
    options.signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw new ClosedError("The client");
    this.inFlight += 1;
    try {
      const trackingId = await this.#checkAndDeliver(message, options, signal, progress);
      this.delivered += 1;
      return trackingId;
    } catch (thrown) {
      this.failed += 1;
      throw thrown;
    } finally {
      this.inFlight -= 1;
      if (this.inFlight === 0) this.#drained();
    }
  }

  /** Takes nothing more, waits for what is under way, gives up the rest; resolves to how much that was. */
  async close(timeoutMs: number): Promise<number> {
    this.#closing.abort(new ClosedError("The client"));
    if (this.inFlight > 0) await this.#drain(timeoutMs);
    const left = this.inFlight;
    this.#cutOff.abort(new ClosedError("The client"));
    await this.transport.close();
    return left;
  }

  async #checkAndDeliver(
    message: ProducerPayload,
    options: SendOptions,
    signal: AbortSignal,
    progress: DeliveryProgress,
  ): Promise<string> {
    const timeoutMs = checkedTimeout(options.timeoutMs) ?? this.#config.timeoutMs;
    const encoded = checkMessage(message, await this.#openValidator());
    const shipment = { message: encoded, idempotencyKey: this.#idempotencyKey(message, options) };
    const { destination, serverAddress, serverPort } = this.transport;
    const span = messagingSpan({
      operation: "send",
      system: "kindo",
      destination,
      serverAddress,
      serverPort,
      bodyBytes: encoded.body.length,
    });
    const terms = { timeoutMs, signal, cutOff: this.#cutOff.signal, progress };

    return withSpan(span.name, { ...span, scope }, async (active) => {
      const trackingId = await deliver(shipment, this.transport, this.#config, terms);
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
    const make = target.kind === "url" ? target.options.idempotencyKey : undefined;
    const key = options.idempotencyKey ?? make?.(message);
    if (key === undefined) return undefined;
    if (target.kind === "arn") throw unusable("idempotencyKey", "has no place in an invocation by ARN");
    if (/^[!-~]{1,255}$/.test(key)) return key;
    throw unusable("idempotencyKey", "must be 1 to 255 visible ASCII characters");
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

function checkedTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs > 0) return timeoutMs;
  throw unusable("timeoutMs", "must be a number of milliseconds above 0");
}

function unusable(path: string, message: string): ConfigError {
  return new ConfigError([{ path, message }]);
}
