import type { Logger } from "@wirekit/core";
import { loggedListener } from "@wirekit/core/kit";
import type { KindoOutcome, NumberedOutcome, SendManyProgress, SendManyReport } from "../outcome.ts";
import type { Intake } from "./intake.ts";

/** Who is told of the progress of a bulk send. */
export interface CollectOptions {
  readonly onProgress: ((progress: SendManyProgress) => void) | undefined;
  readonly logger: Logger;
}

/** Sends everything, and puts the outcomes in the order of their messages. */
export async function collectOutcomes<Message>(
  intake: Intake<Message>,
  { onProgress, logger }: CollectOptions,
): Promise<SendManyReport> {
  const outcomes: KindoOutcome[] = [];
  const counts = { delivered: 0, rejected: 0, "not-sent": 0, dropped: 0, expired: 0, unconfirmed: 0 };
  const tell = loggedListener("onProgress", onProgress, logger);
  let done = 0;

  function add({ index, outcome }: NumberedOutcome): void {
    outcomes[index] = outcome;
    counts[outcome.kind] += 1;
    done += 1;
    if (onProgress !== undefined) tell({ ...counts, done, total: intake.total });
  }

  for (intake.fill(); !intake.isFinished(); intake.fill()) {
    await intake.changed();
    for (let next = intake.takeSettled(); next !== undefined; next = intake.takeSettled()) add(next);
  }
  for (const outcome of intake.untaken()) add(outcome);
  const failure = (await failureOf(intake.end())) ?? intake.failure;
  if (failure === undefined) return { outcomes, counts };
  // To reject would be to lose the outcomes of the messages before.
  logger.error({ done }, "The source of a bulk send failed before its end");
  return { outcomes, counts, sourceError: failure.thrown };
}

async function failureOf(ending: Promise<void>): Promise<{ readonly thrown: unknown } | undefined> {
  return ending.then(
    () => undefined,
    (thrown: unknown) => ({ thrown }),
  );
}
