import type { NumberedOutcome } from "../outcome.ts";
import type { Intake } from "./intake.ts";

/**
 * Yields every outcome as soon as it is there: a slow message holds up no other. No more is taken from the
 * source than is asked for here, so memory stays bounded; before the first outcome is asked for, nothing is.
 *
 * When it is left early (`break`), nothing more is taken, and what is on its way is waited for. When the
 * source throws, all that it gave before still get their outcomes; then the same is thrown here.
 */
export async function* outcomeStream<Message>(
  open: () => Intake<Message>,
): AsyncGenerator<NumberedOutcome, void, undefined> {
  const intake = open();
  try {
    for (;;) {
      intake.fill();
      const next = intake.takeSettled();
      if (next !== undefined) yield next;
      else if (intake.isFinished()) break;
      else await intake.changed();
    }
    yield* intake.untaken();
  } finally {
    await intake.end();
  }
  if (intake.failure !== undefined) throw intake.failure.thrown;
}
