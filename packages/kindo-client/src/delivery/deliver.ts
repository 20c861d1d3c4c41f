import { anySignal, ClosedError, retry, TimeoutError, type UpcomingRetry, withTimeout } from "@wirekit/core";
import type { KindoConfig } from "../config.ts";
import { SendError } from "../errors.ts";
import type { ProducerTransport, Shipment } from "../transports/producer-transport.ts";

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
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  /** Aborted when the client gives up what is still under way. */
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
  const { progress, timeoutMs } = terms;
  const linked = anySignal(terms.signal, terms.cutOff);
  // A pause that ends after the time is over would only hide the error it followed.
  const policy = { ...config.retry, maxElapsedMs: Math.min(config.retry.maxElapsedMs, timeoutMs) };

  const begin = () => {
    progress.isBegun = true;
  };
  const send = (signal: AbortSignal) =>
    retry(
      ({ number }) => {
        progress.attempts = number;
        return transport.send(shipment, { signal, begin });
      },
      { policy, signal, clock, random, onRetry: (upcoming) => logRetry(config, upcoming) },
    );
  try {
    return await withTimeout("The send", send, { signal: linked.signal, timeoutMs, clock });
  } catch (thrown) {
    throw deliveryError(thrown, terms);
  } finally {
    linked.release();
  }
}

function deliveryError(thrown: unknown, { signal, cutOff, timeoutMs, progress }: DeliveryTerms): unknown {
  if (signal?.aborted && thrown === signal.reason) return thrown;
  if (cutOff.aborted && thrown === cutOff.reason) {
    return progress.isBegun
      ? abortedError("the client was closed", thrown, progress)
      : new ClosedError("The client");
  }
  // One of a try's own is a SendError by now; this is the time for the whole.
  if (!TimeoutError.isInstance(thrown)) return thrown;
  const doubt = progress.isBegun ? "; it may have arrived" : "; nothing was sent";
  const error = new SendError(`Failed to send message: it took longer than ${timeoutMs} ms${doubt}`, {
    code: "kindo/timeout",
    retryable: true,
    details: { timeoutMs, sent: progress.isBegun },
    cause: thrown,
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
  const status = SendError.isInstance(error) ? error.status : undefined;
  logger.warn({ code: error.code, status, attempt, delayMs }, "A message was not accepted; it is sent again");
}
