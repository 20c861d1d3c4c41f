import type { Clock } from "./clock.ts";
import { TimeoutError } from "./errors/timeout-error.ts";
import type { WaitOptions } from "./waiting.ts";

/**
 * Calls `giveUp` when the caller's signal fires or its time is over. The returned function ends the watch and leaves neither a timer nor
 * a listener behind.
 *
 * @param what what is waited for, as the subject of a sentence: `"Sending"`.
 */
export function watchCaller(
  what: string,
  { signal, timeoutMs, clock }: WaitOptions & { readonly clock: Clock },
  giveUp: (reason: unknown) => void,
): (() => void) | undefined {
  const hasLimit = timeoutMs !== undefined && timeoutMs !== Number.POSITIVE_INFINITY;
  if (signal === undefined && !hasLimit) return undefined;
  const abort = () => giveUp(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const cancel = hasLimit
    ? clock.setTimer(() => giveUp(new TimeoutError(what, timeoutMs)), timeoutMs)
    : undefined;
  return () => {
    signal?.removeEventListener("abort", abort);
    cancel?.();
  };
}
