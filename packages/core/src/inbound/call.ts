import type { WirekitError } from "../errors/wirekit-error.ts";

/** Why a delivery waits no longer for the code that is running. */
export interface Interruption {
  readonly kind: "timeout" | "lease-lost" | "closing";
  readonly error: WirekitError;
}

/** What a user's function has come to. */
export type CallResult<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "error"; readonly error: unknown }
  /** It still runs, and its delivery waits for it no longer. */
  | { readonly kind: "interrupted"; readonly interruption: Interruption; readonly lateResult?: Promise<T> };

/**
 * Calls a function that may throw, return a promise, or return at once. Returns a promise only if the
 * function returned one: see docs/performance.md, "No promise for what is already there".
 */
export function call<T, Args extends readonly unknown[]>(
  task: (...args: Args) => T | PromiseLike<T>,
  ...args: Args
): CallResult<T> | Promise<T> {
  try {
    const returned = task(...args);
    return isThenable(returned) ? Promise.resolve(returned) : { kind: "value", value: returned };
  } catch (error) {
    return { kind: "error", error };
  }
}

/** As {@link call}, for callers that wait in any case. */
export async function callAsync<T>(task: () => T | PromiseLike<T>): Promise<T> {
  return await task();
}

/** Whether a result of ours is still to come. */
export function isPending<T extends object, P>(value: T | Promise<P>): value is Promise<P> {
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
