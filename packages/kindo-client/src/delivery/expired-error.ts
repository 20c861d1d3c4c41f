import { type Clock, hasMark, TimeoutError, WirekitError, withTimeout } from "@wirekit/core";
import type { TransportAttempt } from "../transports/producer-transport.ts";

const mark = Symbol.for("@wirekit/kindo-client/ExpiredError");

/**
 * The time for the whole send is over. Within the package only, where it ends the trying; who called is given a `SendError`
 * with the code `kindo/timeout`.
 */
export class ExpiredError extends WirekitError<"wirekit/timeout"> {
  override readonly name = "ExpiredError";
  readonly [mark] = true;

  constructor(cause: TimeoutError) {
    super(cause.message, { code: "wirekit/timeout", cause });
  }

  static override isInstance(value: unknown): value is ExpiredError {
    return hasMark(value, mark);
  }
}

/** Runs a part of a try that keeps no time by itself, for as long as there is time. */
export async function whileTimeIsLeft<T>(
  what: string,
  task: (signal: AbortSignal) => Promise<T>,
  { signal, leftMs }: TransportAttempt,
  clock: Clock,
): Promise<T> {
  try {
    return await withTimeout(what, task, { signal, timeoutMs: leftMs(), clock });
  } catch (thrown) {
    throw TimeoutError.isInstance(thrown) ? new ExpiredError(thrown) : thrown;
  }
}
