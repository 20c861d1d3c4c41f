import type { Clock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";

/**
 * Settles as `promise` does, or rejects with a `TimeoutError` after `timeoutMs`. For tasks that take no
 * signal; `withTimeout` makes one, which is expensive.
 */
export function limitTime<T>(
  what: string,
  promise: Promise<T>,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(() => reject(new TimeoutError(what, timeoutMs)), timeoutMs);
    promise.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
