import type { Clock } from "./clock.ts";
import { TimeoutError } from "./errors/timeout-error.ts";

/**
 * Settles as `task` does, or rejects with a `TimeoutError` after `timeoutMs`. For tasks that take no signal: `withTimeout` makes one, which
 * costs more than many a message does.
 */
export function limitTime<T>(
  what: string,
  task: () => T | PromiseLike<T>,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<Awaited<T>> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(() => reject(new TimeoutError(what, timeoutMs)), timeoutMs);
    async function run(): Promise<Awaited<T>> {
      return await task();
    }
    run().then(resolve, reject).finally(cancel);
  });
}
