import type { WirekitError } from "@wirekit/core";
import { backoffMs, onAbort, sleep } from "@wirekit/core/kit";
import type { AssignedPartition, MemberListener, MemberOptions } from "../kafka-driver.ts";
import { fetchRecords } from "./fetch-records.ts";
import { addressOf, Refusals, reactionTo } from "./group-errors.ts";
import { logOffsets } from "./group-offsets.ts";
import type { CompressionCodecs } from "./kafkajs-client.ts";
import type { FetchRequest, KafkajsBroker, KafkajsCluster } from "./kafkajs-hooks/kafkajs-cluster.ts";
import { type MemberContext, type MemberHealth, memberBackoff } from "./member-context.ts";

/** What a fetcher needs of its member. */
export interface FetcherOptions {
  readonly cluster: KafkajsCluster;
  readonly codecs: CompressionCodecs;
  readonly member: MemberOptions;
  readonly context: MemberContext;
  readonly health: MemberHealth;
  readonly listener: Pick<MemberListener, "onBatch" | "onReset" | "room">;
  /** Fires when the assignment is over. */
  readonly signal: AbortSignal;
  /** Cannot go on, whatever is tried. */
  readonly onFatal: (error: WirekitError) => void;
  /** The topics may have other partitions than they had. */
  readonly onMetadata: () => void;
}

/** Only records of transactions that were committed. */
const readCommitted = 1;

/**
 * Reads the partitions of one assignment: one loop for each broker that leads any, with one request at a
 * time. A partition that is paused is not asked for, and holds up nobody else.
 */
export class Fetcher {
  readonly positions: FetchPositions;
  readonly #options: FetcherOptions;
  readonly #loops = new Set<number | undefined>();
  #metadata: unknown;
  /**
   * How many bytes are held of a byte that is fetched, as of the last fetch: records are more than their
   * bytes.
   */
  #growth = 1;

  constructor(partitions: readonly AssignedPartition[], options: FetcherOptions) {
    this.positions = new FetchPositions(partitions);
    this.#options = options;
  }

  /** Reads until the signal fires. */
  start(): void {
    onAbort(this.#options.signal, () => this.positions.wake());
    this.#plan();
  }

  get #isOver(): boolean {
    return this.#options.signal.aborted;
  }

  /**
   * Starts a loop for each node that leads anything and has none. A loop whose node leads nothing any more
   * ends by itself.
   */
  #plan(): void {
    const { cluster, member, onMetadata } = this.#options;
    const metadata = cluster.findTopicPartitionMetadata(member.topic);
    this.positions.setLeaders(metadata);
    if (this.#metadata !== undefined && metadata !== this.#metadata) onMetadata();
    this.#metadata = metadata;
    for (const node of this.positions.nodes) {
      if (this.#loops.has(node)) continue;
      this.#loops.add(node);
      void this.#loop(node).finally(() => this.#loops.delete(node));
    }
  }

  async #loop(node: number | undefined): Promise<void> {
    const { health, context, signal, onFatal } = this.#options;
    const what = `fetching from ${node}`;
    const refusals = new Refusals();
    for (let failures = 0; !this.#isOver && this.positions.nodes.has(node); ) {
      try {
        if (node === undefined) await this.#awaitLeader(failures);
        else await this.#readFrom(node, what);
        failures = 0;
        refusals.reset();
      } catch (thrown) {
        if (this.#isOver) break;
        failures += 1;
        const reaction = reactionTo(thrown);
        const error = context.errorOf("Fetching", thrown);
        if (refusals.isEnough(thrown, error)) return onFatal(error);
        // That a partition has moved is nothing to be told of, as long as it is found again.
        if (reaction !== "refresh-metadata" || failures > 2) health.failed(what, error);
        await this.#mend(thrown, failures).catch(() => undefined);
        await sleep(backoffMs(failures, memberBackoff, context.random), {
          signal,
          clock: context.clock,
        }).catch(() => undefined);
      }
    }
    health.works(what);
  }

  /** Until it is found out, nobody knows whom to ask. */
  async #awaitLeader(failures: number): Promise<void> {
    const { context, signal } = this.#options;
    const pauseMs = memberBackoff.baseDelayMs + backoffMs(failures + 1, memberBackoff, context.random);
    await sleep(pauseMs, { signal, clock: context.clock });
    await this.#refresh();
  }

  async #readFrom(node: number, what: string): Promise<void> {
    const { cluster, member, health } = this.#options;
    await cluster.refreshMetadataIfNecessary();
    if (cluster.findTopicPartitionMetadata(member.topic) !== this.#metadata) this.#plan();
    const wanted = this.positions.wantedFrom(node);
    if (this.#isOver) return;
    // Loops for other nodes fetch at the same time.
    const room = this.#roomNow() / this.positions.nodes.size;
    if (wanted.length === 0 || room <= 0) {
      health.works(what);
      if (this.positions.nodes.has(node)) await this.positions.change();
      return;
    }
    const broker = await cluster.findBroker({ nodeId: String(node) });
    await this.#fetch(broker, this.#requestFor(wanted, room));
    health.works(what);
  }

  #roomNow(): number {
    const { listener } = this.#options;
    return listener.room?.().bytes ?? Number.POSITIVE_INFINITY;
  }

  async #fetch(broker: KafkajsBroker, request: FetchRequest): Promise<void> {
    const { listener, codecs, member } = this.#options;
    const { topic } = member;
    const asked = new Map(
      request.topics[0]?.partitions.map(({ partition, fetchOffset }) => [partition, BigInt(fetchOffset)]),
    );
    const { partitions, refusal } = await fetchRecords(broker, request, codecs);
    let fault = refusal;
    for (const { partition, highWatermark, open } of partitions) {
      const from = asked.get(partition);
      const room = this.#roomNow();
      // What there is no room for is fetched again.
      if (from === undefined || room <= 0) continue;
      try {
        const { records, nextOffset, fetchedBytes } = await open(from, room);
        if (this.#isOver) return;
        if (fetchedBytes > 0) this.#growth = Math.max(1, records.bytes / fetchedBytes);
        // Of an answer that was overtaken, the records are read again.
        if (this.positions.move(partition, { from, to: nextOffset }))
          listener.onBatch({ topic, partition, records, nextOffset, highWatermark });
      } catch (thrown) {
        fault ??= thrown;
      }
    }
    // Last, because what came of the other partitions is good.
    if (fault !== undefined) throw fault;
  }

  #requestFor(wanted: readonly FetchPosition[], room: number): FetchRequest {
    const { topic, maxWaitMs, maxBytes, maxBytesPerPartition } = this.#options.member;
    const { bytesPerPartition = Number.POSITIVE_INFINITY } = this.#options.listener.room?.() ?? {};
    const fetchable = (most: number, held: number) =>
      Math.min(most, Math.max(1, Math.floor(held / this.#growth)));
    const maxBytesOfEach = fetchable(maxBytesPerPartition, bytesPerPartition);
    const partitions = wanted.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes: maxBytesOfEach,
    }));
    return {
      isolationLevel: readCommitted,
      maxWaitTime: maxWaitMs,
      minBytes: 1,
      maxBytes: fetchable(maxBytes, room),
      topics: [{ topic, partitions }],
    };
  }

  async #mend(thrown: unknown, failures: number): Promise<void> {
    const { cluster } = this.#options;
    const reaction = reactionTo(thrown);
    if (reaction === "offset-out-of-range") return this.#reset();
    const address = addressOf(thrown);
    // kafkajs goes on believing in a connection that has ended.
    if (address !== undefined) cluster.removeBroker(address);
    if (reaction === "refresh-metadata" || address !== undefined || failures > 1) await this.#refresh();
  }

  async #refresh(): Promise<void> {
    await this.#options.cluster.refreshMetadata();
    if (!this.#isOver) this.#plan();
  }

  /**
   * The error names one partition of many, and another one may be next: all that lie outside their logs are
   * set right.
   */
  async #reset(): Promise<void> {
    const { cluster, member, listener } = this.#options;
    const { topic, startAt } = member;
    const partitions = this.positions.all();
    const numbers = partitions.map(({ partition }) => partition);
    const [first, end] = await Promise.all([
      logOffsets(cluster, { topic, startAt: "earliest" }, numbers),
      logOffsets(cluster, { topic, startAt: "latest" }, numbers),
    ]);
    for (const { partition, offset: from } of partitions) {
      const [start, stop] = [first.get(partition), end.get(partition)];
      if (start === undefined || stop === undefined || (from >= start && from <= stop)) continue;
      const to = startAt === "earliest" ? start : stop;
      if (this.#isOver || !this.positions.move(partition, { from, to })) continue;
      listener.onReset({ topic, partition, from, to });
    }
  }
}

/** What is to be read next in one partition. */
export interface FetchPosition {
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * What is to be read next in each partition of an assignment, and from whom. Whoever waits for a change is
 * told of each.
 */
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

  /**
   * Goes on at `to`; `false` where `from` is not what was to be read, because an answer comes too late. The
   * others come first in the next fetch: a broker fills an answer in the order of the partitions.
   */
  move(partition: number, { from, to }: { readonly from: bigint; readonly to: bigint }): boolean {
    if (this.#positions.get(partition) !== from) return false;
    if (from !== to) this.#positions.delete(partition);
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
