const maxRanges = 50;

/** Numbers of lines, in any order. */
export class LineNumbers {
  #numbers: number[] = [];

  get count(): number {
    return this.#numbers.length;
  }

  add(number: number): void {
    this.#numbers.push(number);
  }

  addAll(others: LineNumbers): void {
    for (const number of others.#numbers) this.#numbers.push(number);
  }

  clear(): void {
    this.#numbers = [];
  }

  /** `3, 7-9` */
  describe(): string {
    const ranges: [first: number, last: number][] = [];
    for (const number of this.#numbers.sort((one, other) => one - other)) {
      const last = ranges.at(-1);
      if (last !== undefined && number <= last[1] + 1) last[1] = number;
      else ranges.push([number, number]);
    }
    const shown = ranges
      .slice(0, maxRanges)
      .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    const more = ranges.length - shown.length;
    return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more places`;
  }
}
