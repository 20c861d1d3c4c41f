/** Where time comes from. Hand one in to test what waits without waiting. */
export interface Clock {
  /** Milliseconds since 1970, as of the wall clock. */
  now(): number;
  /** Milliseconds from any fixed point, never going back: what durations are measured with. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`; the returned function prevents that. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** The runtime's own clock. Its timers keep the process alive: whoever waits on one wants to see it end. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Where chance comes from: a number from 0 up to, but not including, 1. */
export type Random = () => number;
