/** Counts occurrences and tells those who wait for the n-th. */
export interface Tally<T> {
  readonly values: readonly T[];
  add(value: T): void;
  /** Resolves with the `count`-th value, also when it came long ago; rejects when the tally ends before. */
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

export function createTally<T>(): Tally<T> {
  const values: T[] = [];
  let waiters: Waiter<T>[] = [];
  let ended: Error | undefined;
  return {
    values,
    add(value) {
      values.push(value);
      const due = waiters.filter(({ count }) => count <= values.length);
      if (due.length === 0) return;
      waiters = waiters.filter(({ count }) => count > values.length);
      for (const waiter of due) waiter.resolve(value);
    },
    reached(count) {
      if (!Number.isInteger(count) || count < 1) {
        return Promise.reject(new RangeError("count must be a whole number above 0"));
      }
      if (values.length >= count) return Promise.resolve(values[count - 1] as T);
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise((resolve, reject) => waiters.push({ count, resolve, reject }));
    },
    clear() {
      values.length = 0;
    },
    end(reason) {
      ended ??= reason;
      for (const waiter of waiters) waiter.reject(ended);
      waiters = [];
    },
  };
}
