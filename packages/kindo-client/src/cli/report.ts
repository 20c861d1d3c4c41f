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
  const { delivered, unconfirmed, left, givenUpAfter, obstacle, inputError } = result;
  const { kept, lost, failure } = rejected;
  const what = options.dryRun ? "valid and signed; nothing was sent" : "delivered";
  out.line(`${delivered} of ${delivered + failures.count + left} messages ${what}`);
  if (failures.count > 0) out.line(`${failures.count} failed:\n${failures.describe()}`);
  if (unconfirmed > 0)
    out.line(`${unconfirmed} of them may have arrived, and arrive twice if they are sent again`);
  if (left > 0) out.line(`${left} were not tried`);
  if (givenUpAfter !== undefined) out.line(`What stands after line ${givenUpAfter} was not read`);
  if (kept.count > 0) out.line(`Kept in ${rejected.path}, to be sent again: ${kept.count}`);
  if (lost.count > 0) out.line(`Not delivered, and not kept: the lines ${lost.describe()}`);
  if (failure !== undefined) err.line(`kindo-send: ${failure}`);
  if (obstacle !== undefined) err.line(`kindo-send: ${obstacle.message}`);
  if (inputError !== undefined)
    err.line(`kindo-send: ${options.file} cannot be read on: ${messageOf(inputError.thrown)}`);
}

export function exitCodeOf(result: SendLinesResult, failures: Failures, isInterrupted: boolean): number {
  if (isInterrupted) return exitCodes.interrupted;
  const { delivered, unconfirmed, left, obstacle, inputError } = result;
  if (obstacle !== undefined && delivered + unconfirmed === 0) return exitCodes.unusable;
  const isComplete = failures.count === 0 && left === 0 && inputError === undefined;
  return isComplete ? exitCodes.delivered : exitCodes.failed;
}
