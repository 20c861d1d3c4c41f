import type { Clock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { onAbort } from "./on-abort.ts";
import type { WaitOptions } from "./waiting.ts";

/**
 * Calls `giveUp` when the caller's signal fires or its time is over. The returned function ends the watch,
 * and leaves no timer and no listener behind.
 *
 * @param what the thing that takes the time, as the subject of a sentence: `"Sending"`.
 */
export function watchCaller(
  what: string,
  { signal, timeoutMs, clock }: WaitOptions & { readonly clock: Clock },
  giveUp: (reason: unknown) => void,
): (() => void) | undefined {
  const hasLimit = timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY;
  if (signal === undefined && !hasLimit) return undefined;
  const stopListening = signal && onAbort(signal, () => giveUp(signal.reason));
  const cancelTimer = hasLimit
    ? clock.setTimer(() => giveUp(new TimeoutError(what, timeoutMs)), timeoutMs)
    : undefined;
  return () => {
    stopListening?.();
    cancelTimer?.();
  };
}
