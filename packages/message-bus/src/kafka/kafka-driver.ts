import type { WirekitError } from "@wirekit/core";
import type { OriginalBytes } from "../original-bytes.ts";

/**
 * All that the bus asks of a Kafka client. A driver connects, speaks the protocol and says what happened; it
 * knows nothing of messages, batching, handlers, order or retries of a message. Another client is another
 * file that implements this.
 *
 * Whatever a driver throws is a `WirekitError`: `retryable` where time may mend it. An error of a login is
 * not, and says which mechanism was refused, never the password.
 */
export interface KafkaDriver {
  /** A producer of its own: its own producer id and sequence numbers. Connects with the first send. */
  openProducer(): ProducerSession;
  /** A member of a group. Joins when it is run. */
  openMember(options: MemberOptions): GroupMember;
  /** How many partitions a topic has. A broker that makes topics on demand makes this one. */
  partitionCount(topic: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
  /** For each partition of the topic, where its log ends and what the group has committed there. */
  lag(topic: string, groupId: string): Promise<readonly PartitionLag[]>;
  /** Lets go of every connection. Producers and members are closed before, by whoever opened them. */
  close(): Promise<void>;
}

/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** How far a group is behind in one partition. */
export interface PartitionLag extends TopicPartition {
  /** The offset after the last record. */
  readonly endOffset: bigint;
  /** The next offset that the group will read; absent where it has committed nothing. */
  readonly committedOffset: bigint | undefined;
  /** Records between the two; all that there are where nothing was committed. */
  readonly lag: bigint;
}

/** One record to be written. */
export interface ProducerRecord {
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Written in place of `key` and `value`, byte for byte. Its headers are written before `headers`, except
   * those whose name is in `headers` as well.
   */
  readonly original?: OriginalBytes | undefined;
}

/** Records of one partition, which the broker takes or refuses together. */
export interface ProducerBatch extends TopicPartition {
  readonly records: readonly ProducerRecord[];
}

/** What became of a batch. */
export type ProduceResult =
  | { readonly kind: "written"; readonly baseOffset: bigint }
  /** It is not in the log: it was refused, or never left. */
  | { readonly kind: "refused"; readonly error: WirekitError }
  /** Nothing says whether it is in the log. The session is not used again. */
  | { readonly kind: "unknown"; readonly error: WirekitError };

/** How a producer session sends. */
export interface ProduceOptions {
  /** The longest that all requests together may take. */
  readonly deliveryTimeoutMs: number;
  /** Ends the send at once. */
  readonly signal: AbortSignal;
  /** Called with what went wrong when a request is about to be repeated. */
  readonly onFailure?: ((error: WirekitError) => void) | undefined;
}

/**
 * An idempotent producer that waits for all replicas. It is given one `send` at a time: after a lost answer
 * two sends could have the same sequence number, and the broker would acknowledge the second as a copy of the
 * first.
 */
export interface ProducerSession {
  /**
   * Writes batches, one for each partition, in one request for each broker. Repeats requests under the same
   * sequence numbers until each batch has its result. Resolves with one result for each batch, in their
   * order; never rejects.
   */
  send(batches: readonly ProducerBatch[], options: ProduceOptions): Promise<readonly ProduceResult[]>;
  /** Ends it, also while a send is under way. Never rejects, and takes a second at most. */
  close(): Promise<void>;
}

/** How a member takes part in its group. */
export interface MemberOptions {
  readonly topic: string;
  readonly groupId: string;
  /** Where to begin in a partition for which the group has committed nothing. */
  readonly startAt: "earliest" | "latest";
  /** Without a heartbeat for so long, the broker gives the partitions to others. */
  readonly sessionTimeoutMs: number;
  /** How long the group waits for this member when it rebalances. */
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** The longest that a fetch waits at the broker when there is nothing. */
  readonly maxWaitMs: number;
  /** The most bytes that are fetched at once from one partition, and from all. */
  readonly maxBytesPerPartition: number;
  readonly maxBytes: number;
  /** By falling preference. */
  readonly assignors: readonly ("range" | "roundrobin")[];
}

/** What was read, as texts in UTF-8. What they mean is decided elsewhere. */
export interface ConsumedRecord {
  readonly offset: bigint;
  readonly key: string | undefined;
  /** Absent for a tombstone. */
  readonly value: string | undefined;
  /** The size of the value in the log. */
  readonly valueBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  /**
   * The record byte for byte, where the texts do not say all of it: bytes that are not UTF-8, no value, an
   * empty key, headers that share a name or have no value.
   */
  readonly original?: OriginalBytes | undefined;
}

/**
 * Records that were fetched and are made one by one, when their turn comes: what waits costs its bytes and no
 * more.
 */
export interface RecordReader {
  /** How many are still to be read. */
  readonly size: number;
  /** What they count for in the bound of what is held. */
  readonly bytes: number;
  /** The next one, by rising offset; `undefined` after the last. */
  next(): ConsumedRecord | undefined;
}

/**
 * Records of one partition, by rising offset; offsets may be missing between them (compaction, control
 * records).
 */
export interface ConsumedBatch extends TopicPartition {
  readonly records: RecordReader;
  /**
   * The offset after the last one that this fetch covered, also where the last offsets hold no record to
   * deliver.
   */
  readonly nextOffset: bigint;
  /** The end of the partition's log when it was fetched. */
  readonly highWatermark: bigint;
}

/** A partition that a member was given, and where it begins to read there. */
export interface AssignedPartition extends TopicPartition {
  /** What the group has committed; where it has committed nothing, what `startAt` says. */
  readonly offset: bigint;
}

/** What a member was given by its group. */
export interface Assignment {
  readonly memberId: string;
  readonly generationId: number;
  readonly isLeader: boolean;
  readonly partitions: readonly AssignedPartition[];
}

/**
 * The log does not hold what was to be read next: it was deleted, or was never there. Reading goes on
 * elsewhere, as `startAt` says.
 */
export interface OffsetReset extends TopicPartition {
  /** What was to be read. */
  readonly from: bigint;
  /** What is read instead. */
  readonly to: bigint;
}

/** How much may be fetched now, in bytes of what is held. */
export interface FetchRoom {
  /** Over all partitions. At 0, nothing is fetched until `resume` is called, with partitions or without. */
  readonly bytes: number;
  /** The most of one partition in one fetch. */
  readonly bytesPerPartition: number;
}

/** What a member tells whoever runs it. Called synchronously, in the order of events. */
export interface MemberListener {
  /**
   * The member has joined, and reads these partitions from what the group has committed. Every join calls it,
   * also one that changes nothing.
   */
  onAssigned(assignment: Assignment): void;
  /**
   * The group rebalances, or has thrown the member out: what is under way is to come to an end. What is
   * committed before the returned promise settles is still taken, where the driver can wait for it
   * (`canWait`); else only what is committed before this call returns.
   */
  onRevoking(revocation: { readonly canWait: boolean }): Promise<void> | void;
  /** Has lost its assignment without a word of the group: nothing can be committed any more. */
  onLost(error: WirekitError): void;
  onBatch(batch: ConsumedBatch): void;
  /** Asked before each fetch, and before each part of what it has brought is taken. Absent: no bound. */
  room?(): FetchRoom;
  /** Records are lost to the group, or come again. */
  onReset(reset: OffsetReset): void;
  /** Cannot fetch or join, and goes on trying. */
  onFault(error: WirekitError): void;
  onRecovered(): void;
}

/** What was handled up to: the next offset to be read. */
export interface CommitOffset extends TopicPartition {
  readonly offset: bigint;
}

/** One member of a consumer group, from its first join until it leaves. */
export interface GroupMember {
  /**
   * Joins, and reads until `close`, however often the group rebalances; heartbeats go out by a timer, also
   * while nothing is read. Rejects with what cannot be mended by trying again.
   */
  run(listener: MemberListener): Promise<void>;
  /** Reads no more of these partitions, without leaving them. What was fetched already may still come. */
  pause(partitions: readonly TopicPartition[]): void;
  /** Reads these again, and goes on where there was no room. */
  resume(partitions: readonly TopicPartition[]): void;
  /**
   * Commits for the generation that is current when it is called.
   *
   * @throws WirekitError when the broker has not taken it; `retryable` only while the generation still
   * stands.
   */
  commit(offsets: readonly CommitOffset[]): Promise<void>;
  /** Leaves the group at once, so that others need not wait for the session to run out. Never rejects. */
  close(options: { readonly timeoutMs: number }): Promise<void>;
}
