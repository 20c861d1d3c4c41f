import type { WirekitError } from "./wirekit-error.ts";

/**
 * Sets the number of tries on the error, and returns it. Returns a copy if the error is frozen or carries the
 * number of another operation: an error that is made once and thrown often must not tell one caller of
 * another caller's tries.
 */
export function withAttempts(error: WirekitError, attempts: number): WirekitError {
  if (error.attempts === undefined && Reflect.set(error, "attempts", attempts)) return error;
  return copyOf(error, attempts);
}

function copyOf(error: WirekitError, attempts: number): WirekitError {
  // A real error object, so that runtimes and loggers treat the copy as they treat the original.
  const copy = new Error(error.message);
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
  const own = Object.getOwnPropertyDescriptors(error);
  return Object.defineProperties(copy, {
    ...own,
    stack: plain(error.stack, { enumerable: false }),
    attempts: plain(attempts, { enumerable: true }),
  }) as WirekitError;
}

function plain(value: unknown, { enumerable }: { readonly enumerable: boolean }): PropertyDescriptor {
  return { value, enumerable, writable: true, configurable: true };
}
