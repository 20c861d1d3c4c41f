import { type Clock, TimeoutError, WirekitError } from "@wirekit/core";
import { withTimeout } from "@wirekit/core/kit";
import type { TransportAttempt } from "../transports/producer-transport.ts";

/**
 * The time for the whole send is over. Within the package only, where it ends the trying; who called is given a `SendError`
 * with the code `kindo/timeout`.
 */
export class ExpiredError extends WirekitError<"wirekit/timeout"> {
  static override readonly mark: string = "@wirekit/kindo-client/ExpiredError";

  constructor(cause: TimeoutError) {
    super(cause.message, { code: "wirekit/timeout", cause });
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
    throw thrown instanceof TimeoutError ? new ExpiredError(thrown) : thrown;
  }
}
