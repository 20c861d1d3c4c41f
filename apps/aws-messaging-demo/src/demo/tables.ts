import { latencyCells, type Screen } from "@wirekit/demo-screen";
import type { InvoiceReport } from "./invoice-report.ts";
import type { SpanRecord } from "./tracing.ts";

/** What each invoice process did with what it received. */
export function showCounters(screen: Screen, reports: readonly InvoiceReport[]): void {
  screen.table(
    ["", "received", "handled", "retried", "dead-lettered", "invalid", "left", "leases renewed", "lost"],
    reports.map((report, index) => [
      `invoice process ${index + 1}`,
      ...[report.received, report.handled, report.retried, report.deadLettered].map(String),
      ...[report.invalid, report.left, report.renewals, report.lostLeases].map(String),
    ]),
  );
}

export function showLatencies(
  screen: Screen,
  {
    publishedMs,
    handledMs,
  }: { readonly publishedMs: readonly number[]; readonly handledMs: readonly number[] },
): void {
  screen.table(
    ["", "count", "p50", "p95", "max"],
    [
      ["publish, until SNS has it", String(publishedMs.length), ...latencyCells(publishedMs)],
      ["handle, until SQS has deleted it", String(handledMs.length), ...latencyCells(handledMs)],
    ],
  );
}

/** The spans of all processes by name. */
export function showSpans(screen: Screen, spans: readonly SpanRecord[], environment: string): void {
  const byName = new Map<string, number[]>();
  for (const { name, durationMs } of spans) {
    const shown = name.replace(`${environment}-`, "");
    const durations = byName.get(shown) ?? [];
    byName.set(shown, durations);
    durations.push(durationMs);
  }
  screen.table(
    ["span", "count", "p50", "p95", "max"],
    [...byName].map(([name, durations]) => [name, String(durations.length), ...latencyCells(durations)]),
  );
}

/** Every order that was published, and where it is now. */
export function showAccount(screen: Screen, account: Account): void {
  screen.table(
    ["published", "invoiced", "dead-lettered", "lost", "invoiced twice"],
    [
      [account.published, account.invoiced, account.deadLettered, account.lost, account.invoicedTwice].map(
        String,
      ),
    ],
  );
}

/** Counts orders, not deliveries: published = invoiced + dead-lettered + lost. */
export interface Account {
  readonly published: number;
  readonly invoiced: number;
  readonly deadLettered: number;
  readonly lost: number;
  readonly invoicedTwice: number;
}

export function accountOf(
  publishedIds: readonly string[],
  invoicedIds: readonly string[],
  deadLetterIds: readonly string[],
): Account {
  const invoiced = new Set(invoicedIds);
  const dead = new Set(deadLetterIds);
  return {
    published: publishedIds.length,
    invoiced: publishedIds.filter((id) => invoiced.has(id)).length,
    deadLettered: publishedIds.filter((id) => dead.has(id)).length,
    lost: publishedIds.filter((id) => !invoiced.has(id) && !dead.has(id)).length,
    invoicedTwice: invoicedIds.length - invoiced.size,
  };
}
