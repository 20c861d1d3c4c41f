import { count, latencyCells, type Screen } from "@wirekit/demo-screen";
import type { StepResult } from "./tally.ts";

/** Every step in a line, and all of them in the last. */
export function showOutcomes(screen: Screen, steps: readonly StepResult[]): void {
  const headings = ["", "delivered", "failed", "requests", "p50", "p95", "max"];
  const all: StepResult = {
    step: "all",
    delivered: sum(steps.map(({ delivered }) => delivered)),
    failed: sum(steps.map(({ failed }) => failed)),
    attempts: sum(steps.map(({ attempts }) => attempts)),
    latenciesMs: steps.flatMap(({ latenciesMs }) => latenciesMs),
  };
  screen.table(
    headings,
    [...steps, all].map((step) => row(step, screen.colors)),
    { lastRow: "sums" },
  );
}

function row(
  { step, delivered, failed, attempts, latenciesMs }: StepResult,
  colors: Screen["colors"],
): readonly string[] {
  return [
    step,
    delivered === 0 ? "0" : colors.green(count(delivered)),
    failed === 0 ? "0" : colors.red(count(failed)),
    count(attempts),
    ...latencyCells(latenciesMs),
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
