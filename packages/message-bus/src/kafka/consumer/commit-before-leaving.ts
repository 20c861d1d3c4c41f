import { WirekitError } from "@wirekit/core";
import { messageOf, sleep, withTimeout } from "@wirekit/core/kit";
import type { Epoch } from "./epoch.ts";
import type { ResolvedSourceOptions } from "./kafka-source-options.ts";

type LeavingOptions = Pick<ResolvedSourceOptions, "clock" | "logger" | "commitIntervalMs"> & {
  readonly timeoutMs: number;
};

/** Commits what is finished: tries until it is taken, or the time or the assignment is over. Never rejects. */
export async function commitBeforeLeaving(
  epoch: Epoch,
  { clock, logger, commitIntervalMs, timeoutMs }: LeavingOptions,
): Promise<void> {
  const tryUntilTaken = async (signal: AbortSignal) => {
    for (;;) {
      try {
        return await epoch.committer.flush();
      } catch (thrown) {
        if (!(thrown instanceof WirekitError) || !thrown.retryable) throw thrown;
        await sleep(Math.min(commitIntervalMs, 100), { signal, clock });
      }
    }
  };
  try {
    await withTimeout("Committing", tryUntilTaken, { timeoutMs, clock });
  } catch (thrown) {
    const partitions = epoch.uncommitted().length;
    if (partitions === 0) return;
    const fields = { error: messageOf(thrown), partitions };
    logger.error(fields, "What was handled could not be committed before the end, and comes again");
  }
}
