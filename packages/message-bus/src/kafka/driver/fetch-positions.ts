import type { AssignedPartition } from "../kafka-driver.ts";

/** What is to be read next in one partition. */
export interface FetchPosition {
  readonly partition: number;
  readonly offset: bigint;
}

/** What is to be read next in each partition of an assignment, and from whom. Whoever waits for a change is told of each. */
export class FetchPositions {
  readonly #positions: Map<number, bigint>;
  readonly #paused = new Set<number>();
  #leaders = new Map<number, number>();
  #waiting: (() => void)[] = [];

  constructor(partitions: readonly AssignedPartition[]) {
    this.#positions = new Map(partitions.map(({ partition, offset }) => [partition, offset]));
  }

  /** The nodes that lead anything; `undefined` stands for the leader of partitions that have none. */
  get nodes(): ReadonlySet<number | undefined> {
    return new Set([...this.#positions.keys()].map((partition) => this.#leaders.get(partition)));
  }

  /** Which of the partitions that a node leads are to be read. */
  wantedFrom(node: number): readonly FetchPosition[] {
    const wanted: FetchPosition[] = [];
    for (const [partition, offset] of this.#positions) {
      if (this.#leaders.get(partition) !== node || this.#paused.has(partition)) continue;
      wanted.push({ partition, offset });
    }
    return wanted;
  }

  /** What is to be read next in every partition, paused or not. */
  all(): readonly FetchPosition[] {
    return [...this.#positions].map(([partition, offset]) => ({ partition, offset }));
  }

  /** Goes on at `to`; `false` where `from` is not what was to be read, because an answer comes too late. */
  move(partition: number, { from, to }: { readonly from: bigint; readonly to: bigint }): boolean {
    if (this.#positions.get(partition) !== from) return false;
    this.#positions.set(partition, to);
    return true;
  }

  /** A leader below zero is none. */
  setLeaders(metadata: readonly { readonly partitionId: number; readonly leader: number }[]): void {
    const known = metadata.filter(({ leader }) => leader !== null && leader >= 0);
    this.#leaders = new Map(known.map(({ partitionId, leader }) => [partitionId, leader]));
    this.wake();
  }

  pause(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.add(partition);
  }

  resume(partitions: readonly number[]): void {
    for (const partition of partitions) this.#paused.delete(partition);
    this.wake();
  }

  /** Resolves when there may be something else to read, or nothing any more. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
