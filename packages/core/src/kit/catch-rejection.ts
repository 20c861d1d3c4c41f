/**
 * Handles the rejection of what an observer returned. An observer may be an async function, although its type
 * says that nothing is expected of it; without this, its rejection would end the process.
 */
export function catchRejection(result: unknown, onRejection: (reason: unknown) => void): void {
  // Most return nothing, and spend no promise here.
  if (typeof result === "object" && result !== null && "then" in result) {
    Promise.resolve(result).catch(onRejection);
  }
}
