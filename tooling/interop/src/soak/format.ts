import { megabytes } from "./memory-trend.ts";
import type { Sample } from "./workload.ts";

export interface Moment {
  readonly sample: Sample;
  /** What the sample before had done. */
  readonly doneBefore: number;
  /** Since the beginning of the run. */
  readonly elapsedMs: number;
  /** Since the sample before. */
  readonly sinceMs: number;
}

/** One line: when, the account, rate, latency and memory. */
export function formatSample(name: string, { sample, doneBefore, elapsedMs, sinceMs }: Moment): string {
  const rate = Math.round(((sample.done - doneBefore) * 1_000) / sinceMs);
  const sorted = [...sample.latenciesMs].sort((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return value === undefined ? "-" : `${Math.round(value)} ms`;
  };
  const memory = Object.entries(sample.memory).map(([process, bytes]) => `${process} ${megabytes(bytes)}`);
  const parts = [`${rate}/s`, `p50 ${at(0.5)}`, `p99 ${at(0.99)}`, memory.join(", ")];
  return [`${formatTime(elapsedMs)}  ${name}`, sample.account, ...parts].join("  ");
}

/** ` 12:05`, minutes and seconds. */
export function formatTime(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, "0")}`;
}
