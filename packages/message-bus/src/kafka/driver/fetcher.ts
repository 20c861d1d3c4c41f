import { backoffMs, sleep } from "@wirekit/core/kit";
import type { AssignedPartition, MemberListener, MemberOptions } from "../kafka-driver.ts";
import { type FetchPosition, FetchPositions } from "./fetch-positions.ts";
import { fetchRecords } from "./fetch-records.ts";
import { addressOf, isFinal, reactionTo } from "./group-errors.ts";
import type { CompressionCodecs, FetchRequest, KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";
import type { MemberHealth } from "./member-health.ts";
import { type MemberParts, memberBackoff } from "./member-parts.ts";
import { endOffsets } from "./start-offsets.ts";

/** What a fetcher needs of its member. */
export interface FetcherParts {
  readonly cluster: KafkajsCluster;
  readonly codecs: CompressionCodecs;
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
    const { listener, codecs, options } = this.#of;
    const { topic } = options;
    const asked = new Map(wanted.map(({ partition, offset }) => [partition, offset]));
    const { partitions, refusal } = await fetchRecords(broker, this.#requestFor(wanted), codecs);
    let fault = refusal;
    for (const { partition, highWatermark, open } of partitions) {
      const from = asked.get(partition);
      if (from === undefined) continue;
      try {
        const { records, nextOffset } = await open(from);
        if (this.#isOver) return;
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
