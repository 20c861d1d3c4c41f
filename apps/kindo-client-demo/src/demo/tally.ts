import { WirekitError } from "@wirekit/core";
import type { SendManyReport, SendReceipt } from "@wirekit/kindo-client";

/** What became of the messages of one step. */
export interface StepResult {
  readonly step: string;
  readonly delivered: number;
  readonly failed: number;
  /** Requests, retries included. */
  readonly attempts: number;
  /** Of every message that was delivered, in milliseconds. */
  readonly latenciesMs: readonly number[];
}

/** What one send came to. */
export type SendResult =
  | { readonly kind: "delivered"; readonly receipt: SendReceipt; readonly latencyMs: number }
  | { readonly kind: "failed"; readonly error: WirekitError };

/** Waits for one send, and takes its time. */
export async function timed(send: () => Promise<SendReceipt>): Promise<SendResult> {
  const startedAt = performance.now();
  try {
    const receipt = await send();
    return { kind: "delivered", receipt, latencyMs: performance.now() - startedAt };
  } catch (thrown) {
    return { kind: "failed", error: WirekitError.from(thrown) };
  }
}

export function stepOfSends(step: string, results: readonly SendResult[]): StepResult {
  const delivered = results.filter((result) => result.kind === "delivered");
  return {
    step,
    delivered: delivered.length,
    failed: results.length - delivered.length,
    attempts: results.reduce((sum, result) => sum + attemptsOf(result), 0),
    latenciesMs: delivered.map(({ latencyMs }) => latencyMs),
  };
}

export function stepOfReport(step: string, { outcomes, counts }: SendManyReport): StepResult {
  const delivered = outcomes.filter((outcome) => outcome.kind === "delivered");
  return {
    step,
    delivered: counts.delivered,
    failed: outcomes.length - counts.delivered,
    attempts: outcomes.reduce((sum, outcome) => sum + attemptsOfOutcome(outcome), 0),
    latenciesMs: delivered.map(({ latencyMs }) => latencyMs),
  };
}

/** A message that was found invalid was never tried. */
function attemptsOf(result: SendResult): number {
  return result.kind === "delivered" ? result.receipt.attempts : (result.error.attempts ?? 0);
}

function attemptsOfOutcome(outcome: SendManyReport["outcomes"][number]): number {
  return outcome.kind === "delivered" ? outcome.attempts : (outcome.error.attempts ?? 0);
}
