import { SendError } from "@wirekit/kindo-client";
import { showResult } from "./show-result.ts";
import { type Stage, withOrderService } from "./stage.ts";
import { type StepResult, stepOfSends, timed } from "./tally.ts";

/** A signature that is refused: the error says what was signed, and what is probably wrong. */
export async function sendWithWrongSecret(stage: Stage): Promise<StepResult> {
  const { screen, expectations, credentials } = stage;
  screen.heading("A wrong secret access key");

  const secretAccessKey = "the/secret/of/some/other/access/key/EXAMPLE";
  const wrong = { ...credentials, secretAccessKey };
  const result = await withOrderService(stage, { credentials: wrong }, (orders) =>
    timed(() => orders.notifyUser({ userId: "12345", subject: "Hello", content: "You will not read this." })),
  );
  showResult(screen, "user.notification", result);

  const error = result.kind === "failed" ? result.error : undefined;
  const report = error instanceof SendError ? error.signature : undefined;
  if (report !== undefined) {
    screen.line(`  likely cause  ${screen.colors.yellow(report.likelyCause)}: ${report.explanation}`);
    screen.line(`  clock skew    ${describeSkew(report.clockSkewMs)}`);
    screen.line("  what was signed, to compare with what the service expects:");
    screen.line(screen.colors.dim(indented(report.canonicalRequest ?? "")));
  }
  expectations.expect(
    "the wrong secret is refused with 403",
    error instanceof SendError && error.status === 403,
  );
  expectations.expect("its diagnosis is the key", report?.likelyCause === "key");
  expectations.expect("it is not tried again", error?.attempts === 1);
  expectations.expect(
    "the error does not show the secret",
    !`${error?.stack}${JSON.stringify(error)}`.includes(secretAccessKey),
  );
  return stepOfSends("wrong secret", [result]);
}

/** The service's time is known from its `Date`, to the second. */
function describeSkew(skewMs: number | undefined): string {
  if (skewMs === undefined) return "unknown";
  return Math.abs(skewMs) <= 1000 ? "none to speak of" : `${Math.round(skewMs / 1000)} s`;
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
}
