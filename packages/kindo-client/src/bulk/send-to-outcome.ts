import { type Clock, ClosedError, type WaitOptions, WirekitError } from "@wirekit/core";
import { abortedError, type DeliveryProgress } from "../delivery/deliver.ts";
import type { Sender } from "../delivery/sender.ts";
import type { KindoOutcome } from "../outcome.ts";
import type { ProducerPayload } from "../wire/producer-payload.ts";

/** Sends one of many messages. Never rejects. */
export async function sendToOutcome(
  sender: Sender,
  message: ProducerPayload,
  options: WaitOptions,
  signal: AbortSignal,
  clock: Clock,
): Promise<KindoOutcome> {
  const startedAt = clock.monotonic();
  const progress = { attempts: 0, isBegun: false };
  try {
    const trackingId = await sender.send(message, options, signal, progress);
    const latencyMs = clock.monotonic() - startedAt;
    return { kind: "delivered", trackingId, attempts: progress.attempts, latencyMs };
  } catch (thrown) {
    return failedOutcome(thrown, options.signal, progress);
  }
}

function failedOutcome(
  thrown: unknown,
  signal: AbortSignal | undefined,
  progress: DeliveryProgress,
): KindoOutcome {
  const isAborted = signal?.aborted === true && thrown === signal.reason;
  if (!progress.isBegun && (isAborted || thrown instanceof ClosedError)) {
    return { kind: "not-sent", error: WirekitError.from(thrown) };
  }
  const error = isAborted
    ? abortedError("the call was aborted", thrown, progress)
    : WirekitError.from(thrown);
  return { kind: "rejected", error };
}
