import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";

/** How long {@link until} waits. */
export interface UntilOptions {
  /** The longest that it waits, in milliseconds. Default 30,000: long enough for any machine. */
  readonly timeoutMs?: number | undefined;
}

/**
 * So many turns of the event loop are free of charge; then the processor is left to whatever is waited for.
 */
const busyTurns = 200;
const pauseMs = 2;

/**
 * Waits until `condition` holds, and looks again after every turn of the event loop.
 *
 * @throws Error with the text of the condition, when it does not hold in time; and whatever the condition
 * throws.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 30_000 }: UntilOptions = {},
): Promise<void> {
  const limitAt = performance.now() + timeoutMs;
  for (let turns = 0; !(await condition()); turns += 1) {
    if (performance.now() > limitAt) {
      throw new Error(`this did not come to hold within ${timeoutMs} ms: ${condition}`);
    }
    await (turns < busyTurns ? turn() : pause(pauseMs));
  }
}
