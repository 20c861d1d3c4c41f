import type { NumberedOutcome } from "../outcome.ts";
import { Intake, type IntakeOptions, type MessageSource } from "./intake.ts";

/**
 * Sends what a source gives, `concurrency` at a time, and yields every outcome as soon as it is there: a slow message
 * holds up no other. No more is taken from the source than is asked for here, so memory stays bounded.
 *
 * When it is left early (`break`), nothing more is taken, and what is on its way is waited for. When the source
 * throws, all that it gave before still get their outcomes; then the same is thrown here.
 */
export async function* outcomeStream<Message>(
  source: MessageSource<Message>,
  options: IntakeOptions<Message>,
): AsyncGenerator<NumberedOutcome, void, undefined> {
  const intake = new Intake(source, options);
  try {
    for (;;) {
      intake.fill();
      const next = intake.takeSettled();
      if (next !== undefined) yield next;
      else if (intake.isFinished()) break;
      else await intake.changed();
    }
    if (options.stop.aborted && Array.isArray(source))
      yield* untaken(source, intake.taken, options.stop.reason);
  } finally {
    await intake.end();
  }
  if (intake.failure !== undefined) throw intake.failure.thrown;
}

/** What is left of an array. Of other sources nobody can know what they would still have given. */
function* untaken(source: readonly unknown[], taken: number, reason: unknown): Generator<NumberedOutcome> {
  for (let index = taken; index < source.length; index += 1) {
    yield { index, outcome: { kind: "not-sent", reason } };
  }
}
