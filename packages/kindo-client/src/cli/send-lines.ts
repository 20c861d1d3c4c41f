import { ClosedError, ConfigError, CredentialsError, type WirekitError } from "@wirekit/core";
import type { KindoClient } from "../kindo-client.ts";
import type { KindoOutcome } from "../outcome.ts";
import type { Failures } from "./failures.ts";
import { LineSource } from "./line-source.ts";
import type { ProgressDisplay } from "./progress.ts";
import type { Line } from "./read-lines.ts";
import type { RejectedFile } from "./rejected-file.ts";

/** How a run can be ended before the end of its input. */
export interface Interruption {
  /** Aborted when nothing more is to be begun. */
  readonly stop: AbortSignal;
  /** Aborted when what is under way is to be given up as well. */
  readonly abort: AbortSignal;
}

/** What a run is made of. */
export interface SendLinesOptions {
  readonly client: KindoClient;
  readonly concurrency: number;
  readonly progress: ProgressDisplay;
  readonly failures: Failures;
  readonly rejected: RejectedFile;
  readonly interruption: Interruption;
  /**
   * Whether the input can be read once more. What has not been tried of it is then not kept when nothing was
   * delivered.
   */
  readonly isRepeatable: boolean;
}

/** What a run came to. */
export interface SendLinesResult {
  readonly delivered: number;
  /** Messages that went out, and of which nothing says what became of them. They are among the failures. */
  readonly unconfirmed: number;
  /** Lines that were not tried, because the run was ended early. */
  readonly left: number;
  /** The number of the last line that was read, where the run was given up before the end of its input. */
  readonly givenUpAfter: number | undefined;
  /** Why no message at all could be sent: the configuration, or no credentials. */
  readonly obstacle: WirekitError | undefined;
  /** What the input threw instead of its next line. */
  readonly inputError: { readonly thrown: unknown } | undefined;
}

/**
 * Sends the messages of `lines`, and keeps every line that was not delivered. Once a line cannot be kept,
 * nothing more is begun.
 */
export async function sendLines(
  lines: AsyncGenerator<Line, void, undefined>,
  options: SendLinesOptions,
): Promise<SendLinesResult> {
  const { client, concurrency, progress, failures, rejected, interruption } = options;
  const { abort } = interruption;
  const obstructed = new AbortController();
  /** Aborted when a line cannot be kept. */
  const cannotKeep = new AbortController();
  const source = new LineSource(
    lines,
    AbortSignal.any([interruption.stop, abort, obstructed.signal, cannotKeep.signal]),
  );
  const untried: Line[] = [];
  let obstacle: WirekitError | undefined;
  let delivered = 0;
  let unconfirmed = 0;
  let bytes = 0;

  async function settle(line: Line, outcome: KindoOutcome): Promise<void> {
    if (outcome.kind === "delivered") delivered += 1;
    else if (outcome.kind === "not-sent" && isGivenUp(outcome.error)) untried.push(line);
    else if (isObstacle(outcome.error)) {
      obstacle = outcome.error;
      obstructed.abort();
      untried.push(line);
    } else {
      if (outcome.kind === "unconfirmed") unconfirmed += 1;
      failures.addError(line.number, outcome.error);
      await keep(line);
    }
    tell(line);
  }

  async function keep(line: Line): Promise<void> {
    try {
      await rejected.keep(line);
    } finally {
      if (rejected.failure !== undefined) cannotKeep.abort();
    }
  }

  /** Whether the run was ended before the message had its turn. */
  function isGivenUp(error: WirekitError): boolean {
    return error instanceof ClosedError || (abort.aborted && error.cause === abort.reason);
  }

  function tell({ endsAt }: Line): void {
    bytes = Math.max(bytes, endsAt);
    progress.show({ bytes, delivered, failed: failures.count });
  }

  source.onInvalid = async (line, { code, problem }) => {
    failures.add({ line: line.number, code, reason: `the line ${problem}` });
    await keep(line);
    tell(line);
  };

  for await (const { index, outcome } of client.sendStream(source.messages(), {
    concurrency,
    signal: abort,
  })) {
    await settle(source.release(index), outcome);
  }
  untried.push(...source.unclaimed());

  const isKept = delivered + failures.count > 0 || obstacle === undefined || !options.isRepeatable;
  let left = 0;
  async function leave(line: Line): Promise<void> {
    left += 1;
    if (isKept) await keep(line);
  }
  for (const line of untried) await leave(line);
  // What cannot be kept is not read.
  const giveUp = AbortSignal.any([abort, cannotKeep.signal]);
  await source.rest(giveUp, leave);
  // The input is ended together with the run.
  const inputError = abort.aborted ? undefined : source.failure;
  const givenUpAfter = giveUp.aborted ? source.lastLine : undefined;
  return { delivered, unconfirmed, left, givenUpAfter, obstacle, inputError };
}

/** What is wrong with every message alike: it would fail for the next one as well. */
function isObstacle(error: WirekitError): boolean {
  return error instanceof ConfigError || error instanceof CredentialsError;
}
