/** What a function of the user's has come to by the time it returned. */
export type Called<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "pending"; readonly promise: Promise<T> };

/**
 * Calls a function that may throw, return a promise, or return at once. Where there is nothing to wait for, nobody waits: most decoders and many
 * handlers are done when they return, and a promise for each would be most of what a message costs.
 */
export function call<T, Args extends readonly unknown[]>(
  task: (...args: Args) => T | PromiseLike<T>,
  ...args: Args
): Called<T> {
  try {
    const returned = task(...args);
    return isThenable(returned)
      ? { kind: "pending", promise: Promise.resolve(returned) }
      : { kind: "value", value: returned };
  } catch (error) {
    return { kind: "error", error };
  }
}

/** As {@link call}, for those who wait in any case. */
export async function callAsync<T>(task: () => T | PromiseLike<T>): Promise<T> {
  return await task();
}

/** Whether something of ours is still to come. Asked rather than waited for, so that what is there goes on at once. */
export function isToCome<T extends object>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise;
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
