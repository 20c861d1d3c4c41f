import { WirekitError } from "@wirekit/core";
import { lock } from "proper-lockfile";

/** A holder that has not touched its lock for so long is dead; a live one touches it in half that time. */
const defaultStaleAfterMs = 5_000;
const waitMs = 30 * 60_000;

/**
 * Runs `task` while no other process holds the lock at `path`. A lock whose holder died is taken over. Two
 * holders at once are thinkable (a laptop that slept), so `task` must be safe, if wasteful, to run twice.
 */
export async function withLock<T>(
  path: string,
  task: () => Promise<T>,
  { staleAfterMs = defaultStaleAfterMs }: { readonly staleAfterMs?: number } = {},
): Promise<T> {
  const release = await lock(path, {
    realpath: false,
    stale: staleAfterMs,
    retries: { forever: true, maxRetryTime: waitMs, minTimeout: 50, maxTimeout: 1_000, factor: 1.5 },
    onCompromised: () => undefined,
  }).catch((cause: unknown) => {
    throw new WirekitError(`the lock ${path} was not had in time`, { code: "servers/lock", cause });
  });
  try {
    return await task();
  } finally {
    // A lock that was taken over is not ours to release.
    await release().catch(() => undefined);
  }
}
