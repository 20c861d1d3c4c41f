import { ClosedError, TimeoutError } from "@wirekit/core";
import { retry, type UpcomingRetry } from "@wirekit/core/kit";
import type { KindoConfig } from "../config.ts";
import { SendError } from "../errors.ts";
import type { ProducerTransport, Shipment } from "../transports/producer-transport.ts";
import { ExpiredError } from "./expired-error.ts";

/** What is known of a send, also when it failed. */
export interface DeliveryProgress {
  /** Tries that were begun. */
  attempts: number;
  /** Whether a request was handed over: from then on the message may arrive. */
  isBegun: boolean;
}

/** What a delivery is bound by. */
export interface DeliveryTerms {
  readonly timeoutMs: number;
  /** Aborted, with the reason of either, when the caller's signal is or when the client gives up what is under way. */
  readonly signal: AbortSignal;
  /** The second of the two. */
  readonly cutOff: AbortSignal;
  readonly progress: DeliveryProgress;
}

/**
 * Sends a message until it is accepted, refused for good, or the tries or the time are used up.
 *
 * @returns the tracking id.
 * @throws SendError, ConfigError, ClosedError, or the reason of the caller's signal.
 */
export async function deliver(
  shipment: Shipment,
  transport: ProducerTransport,
  config: KindoConfig,
  terms: DeliveryTerms,
): Promise<string> {
  const { clock, random } = config;
  const { progress, timeoutMs, signal } = terms;
  const startedAt = clock.monotonic();
  const leftMs = () => timeoutMs - (clock.monotonic() - startedAt);
  const begin = () => {
    progress.isBegun = true;
  };
  // A pause that ends after the time is over would only hide the error it followed.
  const policy = { ...config.retry, maxElapsedMs: Math.min(config.retry.maxElapsedMs, timeoutMs) };

  async function send({ number }: { readonly number: number }): Promise<string> {
    if (number > 1 && leftMs() <= 0) throw new ExpiredError(new TimeoutError("The send", timeoutMs));
    progress.attempts = number;
    return transport.send(shipment, { signal, leftMs, begin });
  }
  try {
    const onRetry = (upcoming: UpcomingRetry) => logRetry(config, upcoming);
    return await retry(send, { policy, signal, clock, random, onRetry });
  } catch (thrown) {
    throw deliveryError(thrown, terms);
  }
}

function deliveryError(thrown: unknown, { cutOff, timeoutMs, progress }: DeliveryTerms): unknown {
  if (cutOff.aborted && thrown === cutOff.reason) {
    if (!progress.isBegun) return new ClosedError("The client");
    return abortedError("the client was closed", thrown, progress);
  }
  if (!(thrown instanceof ExpiredError)) return thrown;
  const doubt = progress.isBegun ? "; it may have arrived" : "; nothing was sent";
  const error = new SendError(`Failed to send message: it took longer than ${timeoutMs} ms${doubt}`, {
    code: "kindo/timeout",
    retryable: true,
    details: { timeoutMs, sent: progress.isBegun },
    cause: thrown.cause,
  });
  return Object.assign(error, { attempts: progress.attempts });
}

/** The error for a message that was on its way when it was given up. */
export function abortedError(why: string, cause: unknown, { attempts }: DeliveryProgress): SendError {
  const error = new SendError(`Failed to send message: ${why} before it was answered; it may have arrived`, {
    code: "kindo/aborted",
    cause,
  });
  return Object.assign(error, { attempts });
}

function logRetry({ logger }: KindoConfig, { error, attempt, delayMs }: UpcomingRetry): void {
  const status = error instanceof SendError && error.status !== undefined ? { status: error.status } : {};
  logger.warn(
    { code: error.code, ...status, attempt, delayMs },
    "A message was not accepted; it is sent again",
  );
}
