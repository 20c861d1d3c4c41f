import {
  ClosedError,
  type CloseOptions,
  type CloseReport,
  type Health,
  type SendStats,
  WirekitError,
} from "@wirekit/core";
import {
  anySignal,
  Closing,
  Deadline,
  failedOutcome,
  isSignal,
  LinkedList,
  type LinkedSignal,
  rejectOnAbort,
  SendCounter,
  type UpcomingRetry,
} from "@wirekit/core/kit";
import { isTracingOn, messagingSpan, withSpan } from "@wirekit/core/tracing";
import type { KindoConfig } from "../config.ts";
import { SendError, ValidationError } from "../errors.ts";
import type { KindoOutcome } from "../outcome.ts";
import { type MessageValidator, messageValidator } from "../schema/message-validator.ts";
import { checkSendOptions, idempotencyKeyForm, isIdempotencyKey, type SendOptions } from "../send-options.ts";
import { type CredentialsSource, defaultCredentials, openCredentials } from "../signing/credentials.ts";
import { functionUrlTransport } from "../transports/function-url.ts";
import { lambdaTransport } from "../transports/lambda-invoke.ts";
import type { ProducerTransport, Shipment } from "../transports/producer-transport.ts";
import { checkMessage } from "../validate-message.ts";
import type { ProducerPayload } from "../wire/producer-payload.ts";
import { Delivery, type DeliveryTerms } from "./delivery.ts";
import { SendingHealth } from "./sending-health.ts";

const scope = { name: "@wirekit/kindo-client" };

/** A message that the service has accepted. */
export interface Accepted {
  readonly trackingId: string;
  readonly attempts: number;
  readonly latencyMs: number;
}

/** Checks messages, delivers them, counts what became of them, and knows which are under way. */
export class Sender {
  readonly transport: ProducerTransport;

  readonly #config: KindoConfig;
  readonly #credentials: CredentialsSource;
  readonly #terms: DeliveryTerms;
  readonly #underWay = new LinkedList<Delivery>();
  readonly #counter = new SendCounter();
  readonly #health: SendingHealth;
  readonly #closing: Closing<CloseReport<ProducerPayload>>;
  /** Aborted when closing begins: nothing new is taken. */
  readonly #stop = new AbortController();
  /** Aborted when the time for closing is over: what is under way is given up. */
  readonly #cutOff = new AbortController();
  #isClosed = false;
  #validator: MessageValidator | undefined;
  #drained = () => {};

  constructor(config: KindoConfig) {
    const { region, clock, logger, random, retry } = config;
    const credentials = config.credentials ?? defaultCredentials(region);
    this.#config = config;
    this.#credentials = openCredentials({ credentials, clock, logger });
    this.transport = openTransport(config, this.#credentials);
    this.#health = new SendingHealth(clock);
    this.#closing = new Closing(clock);
    this.#terms = { retry, clock, random, onRetry: (upcoming) => this.#noteRetry(upcoming) };
  }

  /** Aborted when closing begins. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * What ends sends under `signal`: its abort, or that the client gives up what is under way. To be released.
   * Something else in place of a signal is passed over here: the check of the options names it.
   */
  link(signal: AbortSignal | undefined): LinkedSignal {
    // Nothing to link, and so nothing to pay for, where the caller has no signal.
    if (signal === undefined || !isSignal(signal)) return { signal: this.#cutOff.signal, release: () => {} };
    return anySignal(signal, this.#cutOff.signal);
  }

  /**
   * Sends one message.
   *
   * @param linked one of {@link link}.
   */
  async send(message: ProducerPayload, options: SendOptions, linked: AbortSignal): Promise<Accepted> {
    const { clock } = this.#config;
    this.#counter.accept();
    let delivery: Delivery | undefined;
    try {
      checkSendOptions(options, this.#config.target.kind);
      options.signal?.throwIfAborted();
      this.#stop.signal.throwIfAborted();
      delivery = new Delivery(
        message,
        new Deadline(options.timeoutMs ?? this.#config.timeoutMs, clock),
        linked,
      );
      this.#underWay.append(delivery);
      const shipment = this.#shipmentOf(
        message,
        options,
        this.#validator ?? (await this.#openValidator(delivery)),
      );
      const trackingId = isTracingOn()
        ? await this.#runInSpan(delivery, shipment)
        : await delivery.run(shipment, this.transport, this.#terms);
      this.#counter.settle("delivered");
      this.#health.succeeded();
      return { trackingId, attempts: delivery.attempts, latencyMs: delivery.deadline.elapsedMs };
    } catch (thrown) {
      this.#counter.settle(outcomeOf(thrown, linked).kind);
      if (delivery !== undefined && !linked.aborted) this.#health.failed(thrown);
      throw thrown;
    } finally {
      if (delivery !== undefined && this.#underWay.remove(delivery) && this.#underWay.size === 0)
        this.#drained();
    }
  }

  /** As {@link send}, but never rejects. */
  async sendToOutcome(
    message: ProducerPayload,
    options: SendOptions,
    linked: AbortSignal,
  ): Promise<KindoOutcome> {
    try {
      return { kind: "delivered", ...(await this.send(message, options, linked)) };
    } catch (thrown) {
      return outcomeOf(thrown, linked);
    }
  }

  /** Counts messages that are not sent because their bulk send was stopped before their turn. */
  leaveOut(): void {
    this.#counter.accept();
    this.#counter.settle("not-sent");
  }

  stats(): SendStats {
    return this.#counter.stats();
  }

  health(): Health {
    const { isStarted } = this.#closing;
    return this.#health.health(this.#isClosed ? "closed" : isStarted ? "closing" : "ok");
  }

  /** Takes nothing more, waits for what is under way, and gives up the rest. */
  close(options: CloseOptions | undefined): Promise<CloseReport<ProducerPayload>> {
    return this.#closing.start(options, async (deadline) => {
      const reason = new ClosedError("The client");
      this.#stop.abort(reason);
      if (this.#underWay.size > 0) await this.#drain(deadline.leftMs());
      const left = [...this.#underWay];
      const unconfirmed = left.filter(({ mayHaveArrived }) => mayHaveArrived);
      const notSent = left.filter(({ mayHaveArrived }) => !mayHaveArrived);
      this.#cutOff.abort(reason);
      this.#credentials.close();
      // Nothing can be sent any more: a connection that is slow to close must not hold up the report.
      await deadline.limit("Closing the connections", () => this.transport.close()).catch(() => {});
      if (this.#underWay.size > 0) await this.#drain(deadline.leftMs());
      this.#isClosed = true;
      return {
        notSent: notSent.map(messageOfDelivery),
        unconfirmed: unconfirmed.map(messageOfDelivery),
        notHandled: 0,
      };
    });
  }

  #shipmentOf(message: ProducerPayload, options: SendOptions, validator: MessageValidator): Shipment {
    const encoded = checkMessage(message, validator);
    const { target } = this.#config;
    const make = target.kind === "url" ? target.idempotencyKey : undefined;
    const idempotencyKey = options.idempotencyKey ?? (make && madeKey(make, message));
    return { message: encoded, idempotencyKey };
  }

  #runInSpan(delivery: Delivery, { message, ...shipment }: Shipment): Promise<string> {
    const { destination, serverAddress, serverPort } = this.transport;
    const span = messagingSpan({
      operation: "send",
      system: "kindo",
      destination,
      serverAddress,
      serverPort,
      bodyBytes: message.body.length,
    });
    return withSpan(span.name, { ...span, scope }, async (active) => {
      const trackingId = await delivery.run({ message, ...shipment }, this.transport, this.#terms);
      const resends = delivery.attempts > 1 ? delivery.attempts - 1 : undefined;
      active.setAttributes({ "messaging.message.id": trackingId, "http.request.resend_count": resends });
      return trackingId;
    });
  }

  /** Loaded with the first message. If the schema cannot be used, the next message has it looked at again. */
  async #openValidator({ deadline, signal }: Delivery): Promise<MessageValidator> {
    const load = () => messageValidator(this.#config.schema);
    this.#validator = await rejectOnAbort(deadline.limit("Loading the schema", load), signal);
    return this.#validator;
  }

  #noteRetry({ error, attempt, delayMs }: UpcomingRetry): void {
    this.#health.failed(error);
    const status = error instanceof SendError ? { status: error.status } : {};
    this.#config.logger.warn(
      { code: error.code, ...status, attempt, delayMs },
      "A message was not accepted; it is sent again",
    );
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

/** The way to the service that the configuration names. Opens and loads nothing yet. */
function openTransport(config: KindoConfig, credentials: CredentialsSource): ProducerTransport {
  const { target } = config;
  return target.kind === "url"
    ? functionUrlTransport(config, target, credentials)
    : lambdaTransport(config, target, credentials);
}

/**
 * What the error of a send stands for, where it may also be the reason of an abort, which can be anything.
 */
function outcomeOf(
  thrown: unknown,
  { aborted, reason }: AbortSignal,
): Exclude<KindoOutcome, { kind: "delivered" }> {
  if (aborted && thrown === reason) return { kind: "not-sent", error: WirekitError.from(thrown) };
  return failedOutcome(thrown);
}

/** A key that cannot be made or used fails its message, and no other. */
function madeKey(make: (message: ProducerPayload) => string, message: ProducerPayload): string {
  let key: unknown;
  try {
    key = make(message);
  } catch (cause) {
    throw new ValidationError(
      [{ path: "idempotencyKey", message: "could not be made: the function threw" }],
      { cause },
    );
  }
  if (isIdempotencyKey(key)) return key;
  throw new ValidationError([{ path: "idempotencyKey", message: idempotencyKeyForm }]);
}

function messageOfDelivery({ message }: Delivery): ProducerPayload {
  return message;
}
