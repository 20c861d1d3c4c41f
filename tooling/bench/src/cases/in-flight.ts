/**
 * Runs a task per item, so many at a time; a slow one keeps only its own place. Rejects with the first
 * failure.
 */
export async function forEachInFlight<T>(
  items: readonly T[],
  inFlight: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const remaining = items.values();
  const takeTurns = async () => {
    for (const item of remaining) await task(item);
  };
  await Promise.all(Array.from({ length: inFlight }, takeTurns));
}
