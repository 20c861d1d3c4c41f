import { startLambdaUrl } from "@wirekit/devstack/lambda-url";
import { SendError } from "@wirekit/kindo-client";
import { showResult } from "./show-result.ts";
import { type Stage, withOrderService } from "./stage.ts";
import { type StepResult, stepOfSends, timed } from "./tally.ts";

/** A producer that nobody answers for: the client gives up in time, and says what it knows. */
export async function sendToProducerThatIsDown(stage: Stage): Promise<StepResult> {
  const { screen, expectations, credentials } = stage;
  screen.heading("A producer that is down");

  const gone = await startLambdaUrl({ credentials });
  await gone.close();
  const result = await withOrderService(stage, { url: gone.url }, (orders) =>
    timed(() => orders.notifyUser({ userId: "12345", subject: "Delivered", content: "It is at your door." })),
  );
  showResult(screen, "user.notification", result);

  const error = result.kind === "failed" ? result.error : undefined;
  screen.line(`  ${error?.message}`);
  screen.line(screen.colors.dim("  It is marked as retryable: keep the message, and send it later."));

  const isUnreachable = error instanceof SendError && error.code === "kindo/unreachable";
  expectations.expect("a producer that is down is called unreachable", isUnreachable);
  expectations.expect("the error says that a later try may succeed", error?.retryable === true);
  expectations.expect("it is tried three times", error?.attempts === 3);
  return stepOfSends("producer that is down", [result]);
}
