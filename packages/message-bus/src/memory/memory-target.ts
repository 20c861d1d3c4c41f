import { type Clock, QueueFullError } from "@wirekit/core";
import { GroupQueue } from "./group-queue.ts";
import { MemoryGroup, type StoredMessage } from "./memory-group.ts";

/** How much one target holds. */
export interface TargetBounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/**
 * One target (a queue, a topic) in memory. Every group receives every message. A message that all groups have
 * acknowledged is kept for groups yet to come, as in a log, until its room is needed.
 */
export class MemoryTarget {
  readonly #name: string;
  readonly #bounds: TargetBounds;
  readonly #clock: Clock;
  readonly #groups = new Map<string, GroupQueue>();
  /** Everything that is kept, in order, with the number of groups that are not done with it. */
  readonly #log = new Map<StoredMessage, number>();
  /** What no group needs any more, in the order in which that came about: the first to make room. */
  readonly #settled = new Set<StoredMessage>();
  #bytes = 0;
  #nextSequence = 0;

  constructor(name: string, bounds: TargetBounds, clock: Clock) {
    this.#name = name;
    this.#bounds = bounds;
    this.#clock = clock;
  }

  get groups(): ReadonlyMap<string, GroupQueue> {
    return this.#groups;
  }

  get messages(): number {
    return this.#log.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws QueueFullError when there is no room, and nothing that all groups have acknowledged. */
  send(message: Omit<StoredMessage, "sequence">): StoredMessage {
    this.#makeRoom(message.bytes);
    const stored: StoredMessage = { ...message, sequence: this.#nextSequence };
    this.#nextSequence += 1;
    this.#log.set(stored, this.#groups.size);
    this.#bytes += stored.bytes;
    for (const group of this.#groups.values()) group.offer(stored);
    return stored;
  }

  /** The group of that name. A new one begins with the earliest message that is kept. */
  group(groupId: string): GroupQueue {
    const known = this.#groups.get(groupId);
    if (known !== undefined) return known;
    const group = new GroupQueue(new MemoryGroup((stored) => this.#settleOnce(stored)), this.#clock);
    for (const [stored, groups] of this.#log) {
      this.#log.set(stored, groups + 1);
      this.#settled.delete(stored);
      group.offer(stored);
    }
    this.#groups.set(groupId, group);
    return group;
  }

  /** Sends everyone who waits for a message away. */
  close(): void {
    for (const group of this.#groups.values()) group.close();
  }

  #settleOnce(stored: StoredMessage): void {
    const groups = (this.#log.get(stored) ?? 1) - 1;
    this.#log.set(stored, groups);
    if (groups === 0) this.#settled.add(stored);
  }

  #makeRoom(bytes: number): void {
    const { maxMessages, maxBytes } = this.#bounds;
    const what = `The target ${JSON.stringify(this.#name)}`;
    // Before anything is given up for a message that will not fit all the same.
    if (bytes > maxBytes) throw new QueueFullError(what, { unit: "bytes", limit: maxBytes });
    for (;;) {
      const hasRoom = this.#log.size < maxMessages;
      if (hasRoom && this.#bytes + bytes <= maxBytes) return;
      const [oldest] = this.#settled;
      if (oldest === undefined) {
        const [unit, limit] = hasRoom ? ["bytes", maxBytes] : ["messages", maxMessages];
        throw new QueueFullError(what, { unit, limit });
      }
      this.#settled.delete(oldest);
      this.#log.delete(oldest);
      this.#bytes -= oldest.bytes;
    }
  }
}
