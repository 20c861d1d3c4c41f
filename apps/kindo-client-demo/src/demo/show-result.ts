import { milliseconds, type Screen } from "@wirekit/demo-screen";
import type { SendResult } from "./tally.ts";

/** One line for a message that was sent, or did not get through. */
export function showResult({ colors, line }: Screen, what: string, result: SendResult): void {
  if (result.kind === "delivered") {
    const { trackingId } = result.receipt;
    line(`${colors.green("✓")} ${what}  ${trackingId}  ${colors.dim(milliseconds(result.latencyMs))}`);
  } else {
    const { name, code } = result.error;
    line(`${colors.red("✗")} ${what}  ${colors.red(name)} ${colors.dim(code)}`);
  }
}
