import { type Cell, count, milliseconds, type Screen } from "./screen.ts";
import { percentile, type StepResult } from "./tally.ts";

/** Every step in a line, and all of them in the last. */
export function showOutcomes(screen: Screen, steps: readonly StepResult[]): void {
  const { colors } = screen;
  const headings = ["", "delivered", "failed", "requests", "p50", "p95", "max"];
  const all: StepResult = {
    step: "all",
    delivered: sum(steps.map(({ delivered }) => delivered)),
    failed: sum(steps.map(({ failed }) => failed)),
    attempts: sum(steps.map(({ attempts }) => attempts)),
    latenciesMs: steps.flatMap(({ latenciesMs }) => latenciesMs),
  };
  screen.table(
    headings.map((text, column) => ({ text, align: column === 0 ? "left" : "right" })),
    [...steps, all].map((step) => row(step, colors)),
  );
}

function row(
  { step, delivered, failed, attempts, latenciesMs }: StepResult,
  colors: Screen["colors"],
): readonly Cell[] {
  const latency = (share: number) => {
    const value = percentile(latenciesMs, share);
    return value === undefined ? "-" : milliseconds(value);
  };
  const texts = [
    step,
    delivered === 0 ? "0" : colors.green(count(delivered)),
    failed === 0 ? "0" : colors.red(count(failed)),
    count(attempts),
    latency(0.5),
    latency(0.95),
    latency(1),
  ];
  return texts.map((text) => ({ text }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
