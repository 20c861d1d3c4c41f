import { startLambdaUrl } from "@wirekit/devstack/lambda-url";
import { ConnectionError } from "@wirekit/kindo-client";
import { showResult } from "./show-result.ts";
import { type Stage, withOrderService } from "./stage.ts";
import { type StepResult, stepOfSends, timed } from "./tally.ts";

/** Nothing listens where the producer should be: the client gives up in time, and says what it knows. */
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
  screen.line(
    screen.colors.dim("  Nothing was sent, and a later try may succeed: keep the message, and send it then."),
  );

  const isUnreachable = error instanceof ConnectionError && error.details.sent === false;
  expectations.expect("the error says that nothing was sent to a producer that is down", isUnreachable);
  expectations.expect("the error says that a later try may succeed", error?.retryable === true);
  expectations.expect("it is tried three times", error?.attempts === 3);
  return stepOfSends("producer that is down", [result]);
}
