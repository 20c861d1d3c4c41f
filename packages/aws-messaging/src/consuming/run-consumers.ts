import { ConfigError } from "@wirekit/core";
import { onAbort } from "@wirekit/core/kit";
import type { EventConsumer } from "./event-consumer.ts";

/**
 * Runs consumers until the signal fires or one of them stops by itself; closes them all either way.
 *
 * @throws the error of the one that stopped by itself.
 */
export async function runConsumers(
  starts: readonly (() => EventConsumer)[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (starts.length === 0)
    throw new ConfigError([{ path: "subscriptions", message: "must name at least one topic" }]);
  if (signal?.aborted) return;
  const consumers = starts.map((start) => start());
  let stopListening: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => {
    // Not a listener of its own on the signal: a runtime warns of a leak at the eleventh.
    stopListening = signal && onAbort(signal, resolve);
  });
  try {
    // All of them closed from elsewhere is an end as well.
    await Promise.race([stopped, Promise.all(consumers.map(({ closed }) => closed))]);
  } finally {
    stopListening?.();
    await Promise.all(consumers.map((consumer) => consumer.close()));
  }
}
