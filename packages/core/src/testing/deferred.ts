/** A promise, and the two functions that settle it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T | PromiseLike<T>) => void;
  readonly reject: (reason: unknown) => void;
}

/** A promise that a test settles when it wants to. Node 20 has no `Promise.withResolvers` yet. */
export function deferred<T = void>(): Deferred<T> {
  let resolve: Deferred<T>["resolve"] = ignore;
  let reject: Deferred<T>["reject"] = ignore;
  const promise = new Promise<T>((onValue, onFailure) => {
    resolve = onValue;
    reject = onFailure;
  });
  return { promise, resolve, reject };
}

/** Replaced at once: the runtime calls a promise's executor before its constructor returns. */
function ignore(): void {}
