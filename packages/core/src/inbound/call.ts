/** What a function of the user's has come to by the time it returned. */
export type Called<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "pending"; readonly promise: Promise<T> };

/**
 * Calls a function that may throw, return a promise, or return at once. Where there is nothing to wait for, nobody waits: most decoders and many
 * handlers are done when they return, and a promise for each would be most of what a message costs.
 */
export function call<T>(task: () => T | PromiseLike<T>): Called<T> {
  try {
    const returned = task();
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

/** Goes on with a value of ours: at once where it is there, else when it has come. */
export function andThen<T extends object, Next>(
  value: T | Promise<T>,
  next: (value: T) => Next | Promise<Next>,
): Next | Promise<Next> {
  return isThenable(value) ? value.then(next) : next(value);
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
