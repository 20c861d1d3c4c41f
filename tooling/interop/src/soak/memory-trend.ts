/** What a process may grow by without it being a leak: caches fill, and the collector is free to be late. */
const allowedFactor = 1.5;
const allowedBytes = 24 * 1024 * 1024;
/** With fewer samples there is no telling. */
const minSamples = 8;

/** What the processes of a run held, over time. */
export class MemoryTrend {
  readonly #series = new Map<string, number[]>();

  add(memory: Readonly<Record<string, number>>): void {
    for (const [name, bytes] of Object.entries(memory)) {
      const series = this.#series.get(name);
      if (series === undefined) this.#series.set(name, [bytes]);
      else series.push(bytes);
    }
  }

  /** How many processes lived long enough to be judged. */
  get judged(): number {
    return [...this.#series.values()].filter((series) => series.length >= minSamples).length;
  }

  /**
   * Of each process that has grown without bound, a sentence. The second quarter of its life is held against
   * the last.
   */
  faults(): readonly string[] {
    const faults: string[] = [];
    for (const [name, series] of this.#series) {
      if (series.length < minSamples) continue;
      const quarter = Math.floor(series.length / 4);
      const before = median(series.slice(quarter, 2 * quarter));
      const after = median(series.slice(-quarter));
      if (after > before * allowedFactor && after - before > allowedBytes)
        faults.push(`${name} grew from ${megabytes(before)} to ${megabytes(after)}`);
    }
    return faults;
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
