/** Where time comes from. Hand one in to let sessions, waits and delays pass without waiting. */
export interface KafkaClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `callback` once after `delayMs`; the returned function prevents that. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** The machine's own clock. */
export const systemClock: KafkaClock = {
  now: () => Date.now(),
  setTimer: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
