import { backoffMs, sleep } from "@wirekit/core";
import type { AssignedPartition, MemberListener, MemberOptions } from "../kafka-driver.ts";
import { findEmptiedBatches } from "./emptied-batches.ts";
import { type FetchPosition, FetchPositions } from "./fetch-positions.ts";
import { addressOf, isFinal, reactionTo } from "./group-errors.ts";
import { toBatch } from "./kafkajs-batch.ts";
import type { FetchedPartition, FetchRequest, KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";
import type { MemberHealth } from "./member-health.ts";
import { type MemberParts, memberBackoff } from "./member-parts.ts";
import { endOffsets } from "./start-offsets.ts";

/** What a fetcher needs of its member. */
export interface FetcherParts {
  readonly cluster: KafkajsCluster;
  readonly options: MemberOptions;
  readonly parts: MemberParts;
  readonly health: MemberHealth;
  readonly listener: Pick<MemberListener, "onBatch" | "onReset">;
  /** Fires when the assignment is over. */
  readonly signal: AbortSignal;
  /** Cannot go on, whatever is tried. */
  readonly onFatal: (thrown: unknown) => void;
  /** The topics may have other partitions than they had. */
  readonly onMetadata: () => void;
}

/** Only records of transactions that were committed. */
const readCommitted = 1;

/**
 * Reads the partitions of one assignment: one loop for each broker that leads any, with one request at a time. A partition that is paused is not
 * asked for, and holds up nobody else.
 */
export class Fetcher {
  readonly positions: FetchPositions;
  readonly #of: FetcherParts;
  readonly #loops = new Set<number | undefined>();
  #metadata: unknown;
  /** Partitions of which nothing came though there is something, and from which offset. */
  readonly #silent = new Map<number, bigint>();

  constructor(partitions: readonly AssignedPartition[], of: FetcherParts) {
    this.positions = new FetchPositions(partitions);
    this.#of = of;
  }

  /** Reads until the signal fires. */
  start(): void {
    this.#of.signal.addEventListener("abort", () => this.positions.wake(), { once: true });
    this.#plan();
  }

  get #isOver(): boolean {
    return this.#of.signal.aborted;
  }

  /** Starts a loop for each node that leads anything and has none. A loop whose node leads nothing any more ends by itself. */
  #plan(): void {
    const { cluster, options, onMetadata } = this.#of;
    const metadata = cluster.findTopicPartitionMetadata(options.topic);
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
    const { health, parts, signal, onFatal } = this.#of;
    const what = `fetching from ${node}`;
    for (let failures = 0; !this.#isOver && this.positions.nodes.has(node); ) {
      try {
        if (node === undefined) await this.#awaitLeader(failures);
        else await this.#readFrom(node, what);
        failures = 0;
      } catch (thrown) {
        if (this.#isOver) break;
        failures += 1;
        const reaction = reactionTo(thrown);
        const error = parts.errorOf("Fetching", thrown);
        if (isFinal(thrown, error)) return onFatal(thrown);
        // That a partition has moved is nothing to be told of, as long as it is found again.
        if (reaction !== "refresh-metadata" || failures > 2) health.failed(what, error);
        await this.#mend(thrown, failures).catch(() => undefined);
        await sleep(backoffMs(failures, memberBackoff, parts.random), { signal, clock: parts.clock }).catch(
          () => undefined,
        );
      }
    }
    health.works(what);
  }

  /** Until it is found out, nobody knows whom to ask. */
  async #awaitLeader(failures: number): Promise<void> {
    const { parts, signal } = this.#of;
    const pauseMs = memberBackoff.baseDelayMs + backoffMs(failures + 1, memberBackoff, parts.random);
    await sleep(pauseMs, { signal, clock: parts.clock });
    await this.#refresh();
  }

  async #readFrom(node: number, what: string): Promise<void> {
    const { cluster, options, health } = this.#of;
    await cluster.refreshMetadataIfNecessary();
    if (cluster.findTopicPartitionMetadata(options.topic) !== this.#metadata) this.#plan();
    const wanted = this.positions.wantedFrom(node);
    if (this.#isOver) return;
    if (wanted.length === 0) {
      health.works(what);
      if (this.positions.nodes.has(node)) await this.positions.change();
      return;
    }
    const broker = await cluster.findBroker({ nodeId: String(node) });
    await this.#fetch(broker, wanted);
    health.works(what);
  }

  async #fetch(broker: KafkajsBroker, wanted: readonly FetchPosition[]): Promise<void> {
    const { listener } = this.#of;
    const { topic } = this.#of.options;
    const asked = new Map(wanted.map(({ partition, offset }) => [partition, offset]));
    const { responses } = await broker.fetch(this.#requestFor(wanted));
    const silent: FetchedPartition[] = [];
    for (const fetched of responses.flatMap(({ partitions }) => partitions)) {
      const from = asked.get(fetched.partition);
      if (from === undefined || this.#isOver) continue;
      const batch = toBatch(topic, from, fetched);
      // Of an answer that was overtaken, the records are read again.
      if (this.positions.move(fetched.partition, { from, to: batch.nextOffset })) listener.onBatch(batch);
      if (this.#isSilentAgain(fetched, from)) silent.push(fetched);
    }
    for (const fetched of silent) await this.#stepOver(broker, fetched, asked.get(fetched.partition) ?? 0n);
  }

  /**
   * Whether nothing has come for the second time in a row although there is something: once may mean that others have filled the answer, or that the broker
   * had enough of us for the moment.
   */
  #isSilentAgain({ partition, messages, highWatermark, lastStableOffset }: FetchedPartition, from: bigint) {
    if (messages.length > 0 || BigInt(lastStableOffset ?? highWatermark) <= from) {
      this.#silent.delete(partition);
      return false;
    }
    const isAgain = this.#silent.get(partition) === from;
    this.#silent.set(partition, from);
    return isAgain;
  }

  /** Goes on behind batches that compaction has emptied: they would be fetched for ever. */
  async #stepOver(broker: KafkajsBroker, silent: FetchedPartition, from: bigint): Promise<void> {
    const { options, listener } = this.#of;
    const { partition } = silent;
    const emptied = await findEmptiedBatches(broker, this.#requestFor([{ partition, offset: from }]));
    if (emptied === undefined || this.#isOver) return;
    const { nextOffset } = emptied;
    if (nextOffset <= from || !this.positions.move(partition, { from, to: nextOffset })) return;
    this.#silent.delete(partition);
    const { topic } = options;
    listener.onBatch({
      topic,
      partition,
      records: [],
      nextOffset,
      highWatermark: BigInt(silent.highWatermark),
    });
  }

  #requestFor(wanted: readonly FetchPosition[]): FetchRequest {
    const { topic, maxWaitMs, maxBytes, maxBytesPerPartition } = this.#of.options;
    const partitions = wanted.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes: maxBytesPerPartition,
    }));
    return {
      isolationLevel: readCommitted,
      maxWaitTime: maxWaitMs,
      minBytes: 1,
      maxBytes,
      topics: [{ topic, partitions }],
    };
  }

  async #mend(thrown: unknown, failures: number): Promise<void> {
    const { cluster } = this.#of;
    const reaction = reactionTo(thrown);
    if (reaction === "offset-out-of-range") return this.#reset();
    const address = addressOf(thrown);
    // kafkajs goes on believing in a connection that has ended.
    if (address !== undefined) cluster.removeBroker(address);
    if (reaction === "refresh-metadata" || address !== undefined || failures > 1) await this.#refresh();
  }

  async #refresh(): Promise<void> {
    await this.#of.cluster.refreshMetadata();
    if (!this.#isOver) this.#plan();
  }

  /** The error names one partition of many, and another one may be next: all that lie outside their logs are set right. */
  async #reset(): Promise<void> {
    const { cluster, options, listener } = this.#of;
    const { topic, startAt } = options;
    const partitions = this.positions.all();
    const numbers = partitions.map(({ partition }) => partition);
    const [first, end] = await Promise.all([
      endOffsets(cluster, { topic, startAt: "earliest" }, numbers),
      endOffsets(cluster, { topic, startAt: "latest" }, numbers),
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
