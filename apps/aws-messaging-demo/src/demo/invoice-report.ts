import process from "node:process";
import type { EventConsumer } from "@wirekit/aws-messaging";
import type { LeaseStats } from "@wirekit/core/kit";
import type { SpanRecord } from "./tracing.ts";

/** What an invoice process tells when it has ended its work. */
export interface InvoiceReport {
  readonly pid: number;
  readonly received: number;
  readonly handled: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly invalid: number;
  /** Given back at the end. */
  readonly left: number;
  /** How often a lease was renewed, and how many were lost. */
  readonly renewals: number;
  readonly lostLeases: number;
  /** Of every message that was handled, from the start of handling until its settlement. */
  readonly latenciesMs: readonly number[];
  readonly spans: readonly SpanRecord[];
}

export function invoiceReport(
  consumer: EventConsumer,
  measured: Pick<InvoiceReport, "latenciesMs" | "spans">,
): InvoiceReport {
  const { received, handled, retried, deadLettered, invalid, left } = consumer.stats();
  const { renewed: renewals, lost: lostLeases } = leaseStats(consumer.health().source);
  const { pid } = process;
  return { pid, received, handled, retried, deadLettered, invalid, left, renewals, lostLeases, ...measured };
}

/** What a source says of itself is its own affair; this one is SQS, which speaks of its leases. */
function leaseStats(source: Readonly<Record<string, unknown>>): LeaseStats {
  return { held: 0, renewed: 0, failedRenewals: 0, lost: 0, ...(source.leases as Partial<LeaseStats>) };
}
