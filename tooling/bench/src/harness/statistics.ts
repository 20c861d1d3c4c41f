/** The middle of some numbers, and how far apart the middle half of them lies. */
export interface Summary {
  readonly median: number;
  /**
   * The distance between the quartiles as a share of the median: 0.05 says that half of them lie within 5 %.
   */
  readonly spread: number;
  readonly min: number;
  readonly max: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const distance = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  return {
    median,
    spread: median === 0 ? 0 : distance / median,
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
  };
}

/**
 * The value below which `share` of the sorted numbers lie, drawn in a straight line between the two that are
 * nearest.
 */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) throw new RangeError("there is no quantile of no numbers");
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/**
 * How many times as fast one contender was as another. Rounds are compared with each other, not medians: what
 * slowed the machine down for a while slowed both of a round.
 */
export function ratio(rates: readonly number[], peerRates: readonly number[]): Summary {
  if (rates.length !== peerRates.length) throw new RangeError("both must have run the same rounds");
  return summarize(rates.map((rate, round) => rate / (peerRates[round] ?? Number.NaN)));
}
