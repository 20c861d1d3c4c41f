/** `1,000` */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `4.2 ms` */
export function milliseconds(value: number): string {
  return `${value < 100 ? value.toFixed(1) : count(Math.round(value))} ms`;
}

/** The smallest of `values` that at least `share` of them do not pass; `undefined` when there are none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** Half of the values, 95 of a hundred and all of them are at most so large: three cells of a table. */
export function latencyCells(valuesMs: readonly number[]): readonly string[] {
  return [0.5, 0.95, 1].map((share) => {
    const value = percentile(valuesMs, share);
    return value === undefined ? "-" : milliseconds(value);
  });
}
