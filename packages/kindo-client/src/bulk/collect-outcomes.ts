import type { Logger } from "@wirekit/core";
import type { KindoOutcome, NumberedOutcome, SendManyProgress, SendManyReport } from "../outcome.ts";

/** Who is told of the progress of a bulk send. */
export interface CollectOptions {
  readonly total: number | undefined;
  readonly onProgress: ((progress: SendManyProgress) => void) | undefined;
  readonly logger: Logger;
}

/** Puts a stream of outcomes in the order of their messages. */
export async function collectOutcomes(
  stream: AsyncIterable<NumberedOutcome>,
  { total, onProgress, logger }: CollectOptions,
): Promise<SendManyReport> {
  const outcomes: KindoOutcome[] = [];
  const counts = { delivered: 0, rejected: 0, "not-sent": 0 };
  let done = 0;

  function tellProgress(): void {
    try {
      onProgress?.({ ...counts, done, total });
    } catch (thrown) {
      // Whoever only watches must not be able to cost anybody an outcome.
      logger.error({ error: thrown }, "onProgress threw");
    }
  }

  try {
    for await (const { index, outcome } of stream) {
      outcomes[index] = outcome;
      counts[outcome.kind] += 1;
      done += 1;
      tellProgress();
    }
    return { outcomes, counts };
  } catch (sourceError) {
    // To reject would be to lose the outcomes of the messages before.
    logger.error({ done }, "The source of a bulk send failed before its end");
    return { outcomes, counts, sourceError };
  }
}
