/** Calls `callback` once the input that is waiting has been read. */
export function afterInput(callback: () => void): void {
  if (typeof setImmediate === "function") setImmediate(callback);
  else setTimeout(callback, 0);
}
