/**
 * Whether a value is a `Uint8Array`, or a `Buffer`. By its tag: bytes of another realm (a worker, a test
 * runner's sandbox) are bytes too.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Whether a value is a `Date`, of whichever realm. It may be invalid. */
export function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === "[object Date]";
}

/** Whether a value is a `Date` that says a time. */
export function isValidDate(value: unknown): value is Date {
  return isDate(value) && !Number.isNaN(value.getTime());
}
