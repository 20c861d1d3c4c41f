import {
  type Clock,
  ClosedError,
  ConfigError,
  type Random,
  RejectedError,
  type RetryPolicy,
  TimeoutError,
  UnconfirmedError,
  ValidationError,
  WirekitError,
} from "@wirekit/core";
import { type Deadline, type ListMember, retry, type UpcomingRetry } from "@wirekit/core/kit";
import type { ProducerTransport, Shipment, TransportAttempt } from "../transports/producer-transport.ts";
import type { ProducerPayload } from "../wire/producer-payload.ts";

/** How deliveries are tried again; the same for all of a client's. */
export interface DeliveryTerms {
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly onRetry: (upcoming: UpcomingRetry) => void;
}

/**
 * One message on its way, from the call to its outcome. It knows whether the message may have arrived, which
 * one try without an answer is enough for, whatever the later ones come to.
 */
export class Delivery implements TransportAttempt, ListMember<Delivery> {
  readonly message: ProducerPayload;
  readonly deadline: Deadline;
  readonly signal: AbortSignal;
  /** Tries that were begun. */
  attempts = 0;
  /** Its place among those that are under way. */
  previous: Delivery | undefined;
  next: Delivery | undefined;
  list: object | undefined;

  /** The request of the current try has gone out, and has no answer yet. */
  #isOut = false;
  /** An earlier try went out and had no answer. */
  #isUnanswered = false;
  #isTimeUp = false;

  /**
   * @param signal aborted, with the reason of either, when the caller's is or when the client gives up what
   * is under way.
   */
  constructor(message: ProducerPayload, deadline: Deadline, signal: AbortSignal) {
    this.message = message;
    this.deadline = deadline;
    this.signal = signal;
  }

  get mayHaveArrived(): boolean {
    return this.#isOut || this.#isUnanswered;
  }

  readonly goesOut = (): void => {
    this.#isOut = true;
  };

  /**
   * Sends the message until it is accepted, refused for good, or the tries or the time are used up.
   *
   * @returns the tracking id.
   * @throws UnconfirmedError when it may have arrived; else what the last try came to, `TimeoutError`, or the
   * signal's reason.
   */
  async run(shipment: Shipment, transport: ProducerTransport, terms: DeliveryTerms): Promise<string> {
    const { signal, deadline } = this;
    const { clock, random, onRetry } = terms;
    // A pause that ends after the time is over would only hide the error before it.
    const maxElapsedMs = Math.min(terms.retry.maxElapsedMs, deadline.leftMs());
    const policy = { ...terms.retry, maxElapsedMs };
    try {
      return await retry(({ number }) => this.#try(number, shipment, transport), {
        policy,
        signal,
        clock,
        random,
        onRetry,
      });
    } catch (thrown) {
      throw this.#failure(thrown, transport.destination);
    }
  }

  async #try(number: number, shipment: Shipment, transport: ProducerTransport): Promise<string> {
    if (number > 1 && this.deadline.isOver) throw this.#timeUp();
    this.attempts = number;
    try {
      return await transport.send(shipment, this);
    } catch (thrown) {
      // Given up: whether the request is out stays as it is, and the reason of the abort says nothing of
      // that.
      if (this.signal.aborted) throw thrown;
      this.#isUnanswered ||= this.#isOut && !isSettledBy(thrown);
      this.#isOut = false;
      const isTimeUp = thrown instanceof TimeoutError && thrown.details.phase !== "response";
      throw isTimeUp ? this.#timeUp() : thrown;
    }
  }

  /** Ends the trying: it is not retryable. The caller is given another error in its place. */
  #timeUp(): WirekitError {
    this.#isTimeUp = true;
    return new WirekitError("The time for this send is over", { code: "wirekit/timeout" });
  }

  #failure(thrown: unknown, destination: string): unknown {
    if (thrown instanceof UnconfirmedError) return thrown;
    const error = this.#isTimeUp ? new TimeoutError("The send", this.deadline.timeoutMs) : thrown;
    if (this.mayHaveArrived) {
      const cause = isUnknown(error) ? error.cause : error;
      const unconfirmed = new UnconfirmedError(`The message to ${destination}`, { cause });
      return Object.assign(unconfirmed, { attempts: this.attempts });
    }
    return this.#isTimeUp ? Object.assign(error as TimeoutError, { attempts: this.attempts }) : thrown;
  }
}

/**
 * Whether the error of a try leaves no doubt: the service has refused the message, or the request never went
 * out.
 */
function isSettledBy(thrown: unknown): boolean {
  if (!(thrown instanceof WirekitError)) return false;
  if (thrown instanceof RejectedError || thrown.details.sent === false) return true;
  return thrown instanceof ClosedError || thrown instanceof ConfigError || thrown instanceof ValidationError;
}

/** Whether `retry` has wrapped what a stranger threw, whose own words may quote what was sent. */
function isUnknown(error: unknown): error is WirekitError {
  return error instanceof WirekitError && error.code === "wirekit/unknown";
}
