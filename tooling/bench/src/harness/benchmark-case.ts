import type { Need } from "@wirekit/servers";
import { type Measured, usualTraffic } from "./compare.ts";
import type { Verdict } from "./goals.ts";
import { ratesOf } from "./goals.ts";
import { ratio, summarize } from "./statistics.ts";

export interface RunOptions {
  readonly rounds: number;
}

/** Something that can be measured by name: `pnpm bench <name>`. */
export interface BenchmarkCase {
  readonly name: string;
  /** What the machine must be able to run for it. */
  readonly needs?: readonly Need[] | undefined;
  run(options: RunOptions): Promise<CaseReport>;
}

/** What a case found, for people (the table, the goals, the notes) and for programs (`results`). */
export interface CaseReport {
  readonly name: string;
  /** What was measured, in a sentence. */
  readonly title: string;
  /** The server that it was measured on, where there is one. */
  readonly server?: string | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Verdict[];
  readonly notes: readonly string[];
  readonly results: unknown;
  /** What the charts are drawn from, where contenders were compared. The first of them is ours. */
  readonly comparison?: Comparison | undefined;
}

export interface Comparison {
  readonly unit: string;
  readonly measured: readonly Measured[];
}

export interface ComparisonLabels {
  readonly peer: string;
  readonly unit: string;
  /** Whether the server tells what processor time it took. */
  readonly serverTime?: "shown" | undefined;
}

/** The columns and rows of a comparison, each contender next to `peer`. */
export function comparisonTable(
  measured: readonly Measured[],
  { peer, unit, serverTime }: ComparisonLabels,
): Pick<CaseReport, "columns" | "rows" | "comparison"> {
  const hasRequests = measured.some(({ traffic }) => traffic.some(({ requests }) => requests !== undefined));
  const hasSockets = measured.some(({ traffic }) => traffic.some(({ sockets }) => sockets !== undefined));
  const columns = [
    "",
    `${unit}/s`,
    "±",
    `× ${peer}`,
    "processor µs",
    ...(hasRequests ? ["requests"] : []),
    ...(hasSockets ? ["sockets"] : []),
    ...(serverTime === undefined ? [] : ["server's µs"]),
  ];
  const rows = measured.map((one) => {
    const rate = summarize(one.rates);
    const traffic = usualTraffic(one);
    return [
      one.name,
      Math.round(rate.median).toLocaleString("en"),
      `${(rate.spread * 100).toFixed(0)} %`,
      ratio(one.rates, ratesOf(measured, peer)).median.toFixed(2),
      summarize(one.processorMicros).median.toFixed(1),
      ...(hasRequests ? [String(traffic?.requests ?? "")] : []),
      ...(hasSockets ? [String(traffic?.sockets ?? "")] : []),
      ...(serverTime === undefined ? [] : [perOperation(traffic?.processorMs, one.operations)]),
    ];
  });
  return { columns, rows, comparison: { unit, measured } };
}

function perOperation(processorMs: number | undefined, operations: number): string {
  return processorMs === undefined ? "" : ((processorMs * 1000) / operations).toFixed(1);
}
