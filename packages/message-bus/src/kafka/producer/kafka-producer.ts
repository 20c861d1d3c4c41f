import { MessageTooLargeError, TimeoutError, type WaitOptions, type WirekitError } from "@wirekit/core";
import { type Deadline, failedOutcome, maxTimerMs, onAbort } from "@wirekit/core/kit";
import { type BatchEntry, Batcher, type Settle } from "@wirekit/core/outbound";
import { closedError } from "../../errors.ts";
import type { Outgoing } from "../../outgoing.ts";
import type { KafkaDriver } from "../kafka-driver.ts";
import type { ResolvedKafkaOptions } from "../kafka-options.ts";
import { BatchWriter, type RecordBatch, type RecordResult } from "./batch-writer.ts";
import { type KafkaReceipt, OutgoingRecord } from "./outgoing-record.ts";
import { PartitionChoice } from "./partition-choice.ts";
import { type KnownTopic, PartitionCounts } from "./partition-counts.ts";
import { batchOverheadBytes, placeBytes } from "./record-size.ts";

/** What a producer needs of the options. */
export type ProducerOptions = Pick<
  ResolvedKafkaOptions,
  | "lingerMs"
  | "maxBatchMessages"
  | "maxBatchBytes"
  | "maxPendingMessages"
  | "maxPendingBytes"
  | "deliveryTimeoutMs"
  | "topicCreation"
  | "metadataMaxAgeMs"
  | "logger"
  | "clock"
  | "random"
>;

/** Told what keeps requests from success, while they are repeated. */
export interface ProducerListener {
  onFailing(error: WirekitError): void;
  /** Nothing is being repeated any more; what became of the messages, their callers are told. */
  onEnded(): void;
}

/** How much longer than a delivery a flush may take before its driver counts as stuck. */
const marginMs = 5_000;
/** How long before its callers a session gives up at most. */
const longestNoticeMs = 100;
/** How often a topic may be said to be missing where brokers create topics on demand. */
const triesForNewTopic = 5;

/**
 * Sends texts of many calls as full requests. One request is under way at a time, its repetitions included;
 * meanwhile the next one fills. The records of a partition keep the order of the calls.
 */
export class KafkaProducer {
  readonly #options: ProducerOptions;
  readonly #listener: ProducerListener;
  readonly #topics: PartitionCounts;
  readonly #choice: PartitionChoice;
  readonly #writer: BatchWriter;
  readonly #batcher: Batcher<OutgoingRecord, KafkaReceipt>;
  /** How to fail the records whose topic is not known yet. */
  readonly #waiting = new Set<(reason: unknown) => void>();
  #isClosed = false;

  constructor(driver: KafkaDriver, options: ProducerOptions, listener: ProducerListener) {
    const { clock, deliveryTimeoutMs, random, logger } = options;
    this.#options = options;
    this.#listener = listener;
    this.#topics = new PartitionCounts({
      ask: (topic, end) => driver.partitionCount(topic, end),
      triesForTopic: options.topicCreation === "allow" ? triesForNewTopic : 1,
      maxAgeMs: options.metadataMaxAgeMs,
      maxWaitMs: deliveryTimeoutMs,
      listener,
      clock,
      random,
    });
    this.#choice = new PartitionChoice(random);
    this.#writer = new BatchWriter(driver, clock);
    this.#batcher = new Batcher<OutgoingRecord, KafkaReceipt>({
      flush: (entries, context) => this.#flush(entries, context),
      maxEntries: options.maxBatchMessages,
      // The first of a batch takes no bytes for its place, so that what all are counted for never exceeds
      // what the broker counts.
      maxBytes: options.maxBatchBytes - batchOverheadBytes + placeBytes,
      sizeOf: ({ bytes }) => bytes + placeBytes,
      keyOf: ({ partitionName }) => partitionName,
      // A broker takes or refuses what goes to one partition as a whole.
      keysFail: "together",
      lingerMs: options.lingerMs,
      maxInFlight: 1,
      maxPendingEntries: options.maxPendingMessages,
      maxPendingBytes: Math.max(options.maxPendingBytes, options.maxBatchBytes),
      // The session repeats requests itself, under the same sequence numbers. A second flush would double
      // what may have arrived.
      retry: { maxAttempts: 1 },
      flushTimeoutMs: Math.min(deliveryTimeoutMs + marginMs, maxTimerMs),
      logger,
      clock,
      random,
    });
  }

  /**
   * Sends a text, and settles it once: as delivered when all replicas have it. What it throws says that
   * nothing was sent, and then it settles nothing.
   */
  submit(outgoing: Outgoing<KafkaReceipt>): void {
    const { target, signal, timeoutMs } = outgoing;
    const { clock, deliveryTimeoutMs, maxBatchBytes } = this.#options;
    if (signal?.aborted) throw signal.reason;
    if (this.#isClosed) throw closedError();
    const limitMs = Math.min(timeoutMs ?? deliveryTimeoutMs, deliveryTimeoutMs);
    const record = new OutgoingRecord(outgoing, clock.monotonic() + limitMs);
    const bytes = batchOverheadBytes + record.bytes;
    if (bytes > maxBatchBytes) throw new MessageTooLargeError({ bytes, maxBytes: maxBatchBytes });
    // A flush ends by the limit of a delivery, and skips what is over by then: only a shorter limit needs a
    // timer.
    const options = { signal, timeoutMs: limitMs < deliveryTimeoutMs ? limitMs : undefined };
    const topic = this.#topics.get(target);
    if (topic === undefined) this.#wait(record, options);
    else this.#batch(record, topic, options);
  }

  /** Takes nothing more, sends what it has within the time, and settles everything. */
  async close(deadline: Deadline): Promise<void> {
    this.#isClosed = true;
    // What still waits for the partitions of its topic does not go out any more.
    for (const fail of [...this.#waiting]) fail(closedError());
    this.#topics.close(closedError());
    await this.#batcher.close({ timeoutMs: deadline.leftMs() });
    await deadline.limit("Closing the producer", () => this.#writer.close()).catch(() => undefined);
  }

  #wait(record: OutgoingRecord, { signal, timeoutMs }: WaitOptions): void {
    const { clock } = this.#options;
    const release = () => {
      leave();
      cancelTimer?.();
      stopListening?.();
      this.#waiting.delete(failed);
    };
    const failed = (reason: unknown) => {
      release();
      refuse(record.outgoing, reason);
    };
    const known = (topic: KnownTopic) => {
      release();
      const leftMs = Math.max(record.expiresAt - clock.monotonic(), 0);
      this.#batch(record, topic, { signal, timeoutMs: timeoutMs === undefined ? undefined : leftMs });
    };
    const leave = this.#topics.wait(record.topic, { known, failed });
    this.#waiting.add(failed);
    const cancelTimer =
      timeoutMs === undefined
        ? undefined
        : clock.setTimer(() => failed(new TimeoutError("Sending", timeoutMs)), timeoutMs);
    const stopListening = signal && onAbort(signal, () => failed(signal.reason));
  }

  #batch(record: OutgoingRecord, topic: KnownTopic, options: WaitOptions): void {
    const key = record.original === undefined ? record.key : record.original.key;
    record.partition = this.#choice.choose(record.topic, key, record.bytes, topic.partitionCount);
    record.partitionName = topic.nameOf(record.partition);
    this.#batcher.submit(record, options, settle);
  }

  async #flush(
    entries: readonly BatchEntry<OutgoingRecord>[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly RecordResult[]> {
    const { clock, deliveryTimeoutMs } = this.#options;
    const now = clock.monotonic();
    const results: RecordResult[] = [];
    const batches = new Map<string, MutableBatch>();
    let leftMs = 0;
    for (const [place, { item: record }] of entries.entries()) {
      if (record.expiresAt <= now) {
        results[place] = { kind: "failed", error: new TimeoutError("Sending", deliveryTimeoutMs) };
        continue;
      }
      leftMs = Math.max(leftMs, record.expiresAt - now);
      const batch = batches.get(record.partitionName) ?? this.#beginBatch(record, batches);
      batch.records.push(record);
      batch.places.push(place);
    }
    this.#choice.moveOn();
    if (batches.size === 0) return results;
    // A little before the last of the callers gives up: the session knows what was sent, and the callers do
    // not.
    const endsAt = now + leftMs - Math.min(leftMs / 10, longestNoticeMs);
    const onFailure = (error: WirekitError) => this.#listener.onFailing(error);
    await this.#writer.write([...batches.values()], results, { endsAt, signal, onFailure });
    this.#listener.onEnded();
    return results;
  }

  #beginBatch({ topic, partition, partitionName }: OutgoingRecord, batches: Map<string, MutableBatch>) {
    this.#topics.refresh(topic);
    const batch: MutableBatch = { topic, partition, records: [], places: [] };
    batches.set(partitionName, batch);
    return batch;
  }
}

interface MutableBatch extends RecordBatch {
  readonly records: OutgoingRecord[];
  readonly places: number[];
}

/** One function for all records: a closure for each would be carried along by the garbage collector. */
const settle: Settle<OutgoingRecord, KafkaReceipt> = (outcome, reason, { outgoing }) =>
  outgoing.settle(outcome, reason);

function refuse(outgoing: Outgoing<KafkaReceipt>, reason: unknown): void {
  outgoing.settle(failedOutcome(reason), reason);
}
