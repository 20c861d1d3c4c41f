import { RejectedError } from "../errors/rejected-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { UnconfirmedError } from "../errors/unconfirmed-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import type { Expired, NotSent, Rejected, Unconfirmed } from "../outcome.ts";

/**
 * The outcome that the error of a send stands for. A single send rejects with the error; a bulk send returns
 * this. The class of the error decides: `UnconfirmedError` is unconfirmed, a `RejectedError` is rejected, a
 * `TimeoutError` is expired, and everything else never left.
 */
export function failedOutcome(thrown: unknown): Rejected | NotSent | Expired | Unconfirmed {
  const error = WirekitError.from(thrown);
  if (error instanceof UnconfirmedError) return { kind: "unconfirmed", error };
  if (error instanceof RejectedError) return { kind: "rejected", error };
  if (error instanceof TimeoutError) return { kind: "expired", error };
  return { kind: "not-sent", error };
}
