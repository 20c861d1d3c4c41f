/** Where time comes from. Inject one to test code that waits without waiting. */
export interface Clock {
  /** Milliseconds since 1970, as of the wall clock. */
  now(): number;
  /** Milliseconds from any fixed point. It never goes back, so durations are measured with it. */
  monotonic(): number;
  /**
   * Calls `callback` once after `delayMs`; the returned function prevents that. `Infinity` never calls it.
   */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** The runtime's own clock. Its timers keep the process alive, because something waits for them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (callback, delayMs) => {
    if (delayMs > longestTimerMs) return setLongTimer(callback, delayMs);
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A random source: returns a number from 0 up to, but not including, 1. */
export type Random = () => number;

/** 24.8 days. `setTimeout` counts in 32 bits and fires at once when it is asked for more. */
const longestTimerMs = 2 ** 31 - 1;

function setLongTimer(callback: () => void, delayMs: number): () => void {
  let restMs = delayMs;
  let timer = setTimeout(elapse, longestTimerMs);
  function elapse(): void {
    restMs -= longestTimerMs;
    timer = restMs > longestTimerMs ? setTimeout(elapse, longestTimerMs) : setTimeout(callback, restMs);
  }
  return () => clearTimeout(timer);
}
