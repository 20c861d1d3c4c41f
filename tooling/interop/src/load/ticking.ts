const tickMs = 50;

/** Calls `act` so often a second, evenly, until the returned function is called. */
export function startTicking(perSecond: number, act: () => void): () => void {
  let due = 0;
  const ticking = setInterval(() => {
    due += (perSecond * tickMs) / 1_000;
    for (; due >= 1; due -= 1) act();
  }, tickMs);
  return () => clearInterval(ticking);
}
