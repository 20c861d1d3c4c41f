import { type ProducerPayload, ValidationError } from "@wirekit/kindo-client";
import { showResult } from "./show-result.ts";
import { type Stage, withOrderService } from "./stage.ts";
import { type StepResult, stepOfSends, timed } from "./tally.ts";

/** A message that somebody put together by hand, and not quite right. */
const handmade: unknown = {
  event_type: "order.created",
  message_channel: "email",
  behavior: "scheduled",
  priority: 1,
};

/** What is wrong with a message is found before anything is sent, all of it at once. */
export async function sendInvalidMessage(stage: Stage): Promise<StepResult> {
  const { screen, expectations, producer } = stage;
  screen.heading("A message that is not valid");

  const requestsBefore = producer.counters.requests;
  const result = await withOrderService(stage, {}, (orders) =>
    timed(() => orders.forward(handmade as ProducerPayload)),
  );
  showResult(screen, "order.created", result);

  const error = result.kind === "failed" ? result.error : undefined;
  const issues = error instanceof ValidationError ? error.issues : [];
  for (const { path, message } of issues) screen.line(`  ${path.padEnd(8)}  ${message}`);
  screen.line(screen.colors.dim("  All of it was found before anything was sent."));
  expectations.expect("the invalid message is refused with each of its three faults", issues.length === 3);
  expectations.expect("nothing of it is sent", producer.counters.requests === requestsBefore);
  return stepOfSends("invalid message", [result]);
}
