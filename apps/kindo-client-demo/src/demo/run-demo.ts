import { createExpectations, createScreen, showVerdict } from "@wirekit/demo-screen";
import { showOutcomes } from "./outcome-table.ts";
import { closeStage, openStage, type Stage } from "./stage.ts";
import type { StepResult } from "./tally.ts";

/** One thing that the demo shows. */
export type Step = (stage: Stage) => Promise<StepResult>;

/**
 * Plays the steps one after the other. Resolves with the exit code: 1 when something was not as it claims.
 */
export async function runDemo(stream: NodeJS.WriteStream, steps: readonly Step[]): Promise<number> {
  const screen = createScreen(stream);
  const expectations = createExpectations();
  const stage = await openStage(screen, expectations);
  try {
    screen.title(
      "An order service and its messages",
      `The Kindo Producer runs in this process, at ${stage.producer.url}, and verifies every signature.`,
    );
    const results: StepResult[] = [];
    for (const play of steps) results.push(await play(stage));
    screen.heading("What became of them");
    showOutcomes(screen, results);
  } finally {
    await closeStage(stage);
  }
  return showVerdict(screen, expectations);
}
