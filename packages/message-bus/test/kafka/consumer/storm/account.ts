import type { CommitWatch } from "./model-group.ts";

/** Whoever handles: one process, in one generation. */
export interface HandledBy {
  readonly process: number;
  readonly generation: number;
}

/** A record as a handler sees it. */
export interface SeenRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | undefined;
}

/**
 * Keeps account of what was handled, in what order, and of what was committed; and of everything that must
 * not be.
 */
export class Account {
  readonly violations: string[] = [];
  readonly handled = new Set<string>();
  starts = 0;
  commits = 0;
  readonly #doneIn = new Set<string>();
  readonly #running = new Set<string>();
  readonly #lastStarted = new Map<string, bigint>();
  readonly #committed = new Map<number, bigint>();
  readonly #logOf: (partition: number) => readonly { readonly offset: bigint }[];

  constructor(logOf: (partition: number) => readonly { readonly offset: bigint }[]) {
    this.#logOf = logOf;
  }

  started({ process, generation }: HandledBy, { partition, offset, key }: SeenRecord): void {
    this.starts += 1;
    if (key === undefined) return;
    const line = `${process} ${partition}:${key}`;
    if (this.#running.has(line)) this.violations.push(`two of ${line} ran at once, the second at ${offset}`);
    this.#running.add(line);
    const inGeneration = `${generation} ${line}`;
    const last = this.#lastStarted.get(inGeneration);
    if (last !== undefined && offset < last)
      this.violations.push(`${offset} of ${inGeneration} began after ${last}`);
    if (last !== undefined && offset > last && !this.#doneIn.has(`${generation} ${partition}:${last}`)) {
      this.violations.push(`${offset} of ${inGeneration} began before ${last} was done`);
    }
    this.#lastStarted.set(inGeneration, offset);
  }

  stopped({ process }: HandledBy, { partition, key }: SeenRecord): void {
    if (key !== undefined) this.#running.delete(`${process} ${partition}:${key}`);
  }

  done({ generation }: HandledBy, { partition, offset }: SeenRecord): void {
    this.handled.add(`${partition}:${offset}`);
    this.#doneIn.add(`${generation} ${partition}:${offset}`);
  }

  readonly committed: CommitWatch = ({ generation, partition, start, offset }) => {
    this.commits += 1;
    const before = this.#committed.get(partition) ?? 0n;
    if (offset < before) this.violations.push(`partition ${partition} went back from ${before} to ${offset}`);
    this.#committed.set(partition, offset);
    for (const record of this.#logOf(partition)) {
      if (record.offset < start) continue;
      if (record.offset >= offset) break;
      // Done by another generation does not count: that one's results are not this one's to commit.
      if (!this.#doneIn.has(`${generation} ${partition}:${record.offset}`)) {
        this.violations.push(
          `generation ${generation} committed ${offset} of ${partition} before ${record.offset} was done`,
        );
      }
    }
  };
}
