import type { Clock, Logger, WirekitError } from "@wirekit/core";
import { messageOf, withTimeout } from "@wirekit/core/kit";
import type { Assignment, CommitOffset } from "../kafka-driver.ts";
import { Committer, type CommitterOptions } from "./committer.ts";
import type { KafkaDelivery, OpenRecord } from "./kafka-delivery.ts";
import { type HeldBytes, OpenPartition, Prefetched } from "./open-partition.ts";

/**
 * What a member was given by one join, until the next. A result that belongs to an assignment which is over
 * is never committed: the broker would take it, though somebody else has the partition by then, or we have it
 * and have begun anew.
 */
export class OpenAssignment {
  readonly given: Assignment;
  readonly partitions: ReadonlyMap<number, OpenPartition>;
  readonly committer: Committer;
  readonly prefetched = new Prefetched();
  readonly #held: HeldBytes = { bytes: 0 };
  isOver = false;
  /** While the partitions are being revoked: what is still running. */
  #awaited: Set<OpenRecord> | undefined;
  #whenNoneIsAwaited: () => void = () => undefined;

  constructor(
    given: Assignment,
    {
      onCommitted,
      ...options
    }: Omit<CommitterOptions, "collect" | "onCommitted"> & { onCommitted: () => void },
  ) {
    this.given = given;
    this.partitions = new Map(
      given.partitions.map((one) => [one.partition, new OpenPartition(one, this.#held)]),
    );
    this.committer = new Committer({
      ...options,
      collect: () => this.uncommitted(),
      onCommitted: (offsets) => {
        this.#committed(offsets);
        onCommitted();
      },
    });
  }

  /** Whether nothing more is to be begun. */
  get isRevoking(): boolean {
    return this.#awaited !== undefined;
  }

  get bufferedBytes(): number {
    return this.#held.bytes;
  }

  /** The partition that a record of this assignment was read from. */
  partitionOf({ partition: number }: OpenRecord): OpenPartition {
    const partition = this.partitions.get(number);
    if (partition === undefined) throw new Error("the record is not of this assignment");
    return partition;
  }

  /**
   * Offsets without a record are committed too, or a log of nothing but control records would be read again
   * and again.
   */
  readUpTo({ tracker, committed }: OpenPartition): void {
    if (tracker.committable > committed) this.committer.touch();
  }

  /** What is finished and not committed. */
  uncommitted(): CommitOffset[] {
    const offsets: CommitOffset[] = [];
    for (const { topic, partition, tracker, committed } of this.partitions.values()) {
      const offset = tracker.committable;
      if (offset > committed) offsets.push({ topic, partition, offset });
    }
    return offsets;
  }

  /** These have been committed; the broker never gets an earlier offset after a later one. */
  #committed(offsets: readonly CommitOffset[]): void {
    for (const { partition: number, offset } of offsets) {
      const partition = this.partitions.get(number);
      if (partition !== undefined && offset > partition.committed) partition.committed = offset;
    }
  }

  /** Nothing more is begun; `waiting` has been taken back already. */
  beginRevoking(waiting: readonly KafkaDelivery[]): void {
    const awaited = new Set<OpenRecord>();
    for (const partition of this.partitions.values()) {
      const stopped = new Set([...partition.stopped.values()].map(({ id }) => id));
      for (const record of partition.tracker.unfinished()) {
        if (record.delivery !== undefined && !stopped.has(record.delivery.id)) awaited.add(record);
      }
    }
    for (const { record } of waiting) awaited.delete(record);
    this.#awaited = awaited;
  }

  /** It runs no longer, whatever came of it. */
  ended(record: OpenRecord): void {
    const awaited = this.#awaited;
    if (awaited?.delete(record) === true && awaited.size === 0) this.#whenNoneIsAwaited();
  }

  /** Waits until nothing runs any more, for `timeoutMs` at most. */
  async whenIdle({ timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock }): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      if (this.#awaited === undefined || this.#awaited.size === 0) resolve();
      else this.#whenNoneIsAwaited = resolve;
    });
    await withTimeout("The handlers", () => idle, { timeoutMs, clock }).catch(() => undefined);
  }

  /** Commits what is finished: tries until the broker has taken it, or the time is over. Never rejects. */
  async commitBeforeLeaving({
    timeoutMs,
    logger,
  }: {
    readonly timeoutMs: number;
    readonly logger: Logger;
  }): Promise<void> {
    try {
      await this.committer.flushWithin(timeoutMs);
    } catch (thrown) {
      const partitions = this.uncommitted().length;
      if (partitions === 0) return;
      const fields = { error: messageOf(thrown), partitions };
      logger.error(fields, "What was handled was not committed before the end, and comes again");
    }
  }

  end(reason: WirekitError): void {
    if (this.isOver) return;
    this.isOver = true;
    this.committer.end();
    this.#whenNoneIsAwaited();
    for (const partition of this.partitions.values()) partition.lose(reason);
  }
}
