import { BoundedLog, type BoundedLogOptions } from "../bounds/bounded-log.ts";

/** Counts occurrences and tells those who wait for the n-th. */
export interface Tally<T> {
  /** Those that are kept, the oldest first. */
  readonly values: readonly T[];
  /** How many of those that were counted are not kept any more. */
  readonly forgotten: number;
  add(value: T): void;
  /**
   * Resolves with the `count`-th value, also when it came long ago; rejects when it is not kept any more, and
   * when the tally ends before.
   */
  reached(count: number): Promise<T>;
  /** Forgets what was counted; who waits goes on waiting. */
  clear(): void;
  /** Nothing more will come: rejects those who wait, and who asks for more from now on. */
  end(reason: Error): void;
}

interface Waiter<T> {
  readonly count: number;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
}

export function createTally<T>(options: BoundedLogOptions<T>): Tally<T> {
  const log = new BoundedLog<T>(options);
  let waiters: Waiter<T>[] = [];
  let ended: Error | undefined;
  return {
    values: log.values,
    get forgotten() {
      return log.forgotten;
    },
    add(value) {
      log.add(value);
      const due = waiters.filter(({ count }) => count <= log.added);
      if (due.length === 0) return;
      waiters = waiters.filter(({ count }) => count > log.added);
      for (const waiter of due) waiter.resolve(value);
    },
    reached(count) {
      if (!Number.isInteger(count) || count < 1) {
        return Promise.reject(new RangeError("count must be a whole number above 0"));
      }
      if (count <= log.forgotten)
        return Promise.reject(new Error(`number ${count} is gone: only the latest ${options.name} are kept`));
      if (log.added >= count) return Promise.resolve(log.nth(count) as T);
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise((resolve, reject) => waiters.push({ count, resolve, reject }));
    },
    clear() {
      log.clear();
    },
    end(reason) {
      ended ??= reason;
      for (const waiter of waiters) waiter.reject(ended);
      waiters = [];
    },
  };
}
