import type { SendResult } from "./tally.ts";
import { milliseconds, type Screen } from "./screen.ts";

/** One line for a message that was sent, or did not get through. */
export function showResult({ colors, line }: Screen, what: string, result: SendResult): void {
  if (result.kind === "delivered") {
    const { trackingId } = result.receipt;
    return line(`${colors.green("✓")} ${what}  ${trackingId}  ${colors.dim(milliseconds(result.latencyMs))}`);
  }
  const { error } = result;
  const [summary = ""] = error.message.split("\n");
  line(`${colors.red("✗")} ${what}  ${colors.red(error.name)} ${colors.dim(error.code)}`);
  line(`  ${summary}`);
}
