import { messageOf } from "@wirekit/core/kit";
import type { Failures } from "./failures.ts";
import type { CliOptions } from "./options.ts";
import type { Output } from "./output.ts";
import type { RejectedFile } from "./rejected-file.ts";
import type { SendLinesResult } from "./send-lines.ts";

export const exitCodes = { delivered: 0, failed: 1, unusable: 2, interrupted: 130 } as const;

/** What there is to say at the end of a run. */
export interface ReportContext {
  readonly options: CliOptions;
  readonly failures: Failures;
  readonly rejected: RejectedFile;
  readonly out: Output;
  readonly err: Output;
}

/** Says what became of the lines, and where those are that were not delivered. */
export function report(
  result: SendLinesResult,
  { options, failures, rejected, out, err }: ReportContext,
): void {
  const { delivered, left, givenUpAfter, obstacle, inputError } = result;
  const what = options.dryRun ? "valid and signed; nothing was sent" : "delivered";
  out.line(`${delivered} of ${delivered + failures.count + left} messages ${what}`);
  if (failures.count > 0) out.line(`${failures.count} failed:\n${failures.describe()}`);
  if (left > 0) out.line(`${left} were not tried`);
  if (givenUpAfter !== undefined) out.line(`What stands after line ${givenUpAfter} was not read`);
  if (rejected.path !== undefined) out.line(`Kept in ${rejected.path}, to be sent again: ${rejected.lines}`);
  if (obstacle !== undefined) err.line(`kindo-send: ${obstacle.message}`);
  if (inputError !== undefined)
    err.line(`kindo-send: ${options.file} cannot be read on: ${messageOf(inputError.thrown)}`);
}

export function exitCodeOf(result: SendLinesResult, failures: Failures, isInterrupted: boolean): number {
  if (isInterrupted) return exitCodes.interrupted;
  if (result.obstacle !== undefined && result.delivered === 0) return exitCodes.unusable;
  const isComplete = failures.count === 0 && result.left === 0 && result.inputError === undefined;
  return isComplete ? exitCodes.delivered : exitCodes.failed;
}
