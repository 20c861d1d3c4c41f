import { sendDocumentedExamples } from "./demo/documented-examples.ts";
import { createExpectations } from "./demo/expectations.ts";
import { sendInvalidMessage } from "./demo/invalid-message.ts";
import { sendOrderDay } from "./demo/order-day.ts";
import { showOutcomes } from "./demo/outcome-table.ts";
import { sendToProducerThatIsDown } from "./demo/producer-down.ts";
import { sendToRecoveringProducer } from "./demo/recovering-producer.ts";
import { createScreen } from "./demo/screen.ts";
import { closeStage, openStage } from "./demo/stage.ts";
import type { StepResult } from "./demo/tally.ts";
import { sendWithWrongSecret } from "./demo/wrong-secret.ts";

const steps = [
  sendDocumentedExamples,
  sendOrderDay,
  sendInvalidMessage,
  sendWithWrongSecret,
  sendToRecoveringProducer,
  sendToProducerThatIsDown,
];

const screen = createScreen(process.stdout);
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

if (expectations.broken.length > 0) {
  for (const claim of expectations.broken) screen.line(screen.colors.red(`✗ It is not so that ${claim}.`));
  process.exitCode = 1;
} else {
  screen.line(screen.colors.green(`✓ All ${expectations.held} things that this demo claims are so.`));
}
