import { type Clock, ConnectionError, MessageTooLargeError, type WirekitError } from "@wirekit/core";
import type { KafkaDriver, PartitionResult, ProducerRecord, ProducerSession } from "../kafka-driver.ts";
import { KafkaRefusedError, unconfirmed } from "../kafka-errors.ts";
import { PartitionMap } from "../partition-map.ts";
import { batchOverheadBytes, recordBytes } from "./record-size.ts";

/** What became of one record. */
export type RecordResult =
  | { readonly kind: "written"; readonly partition: number; readonly offset: bigint }
  | { readonly kind: "failed"; readonly error: WirekitError };

/** Until when something may be written. */
export interface WriteEnd {
  readonly endsAt: number;
  readonly signal: AbortSignal;
}

export interface RecordWriterOptions {
  readonly driver: Pick<KafkaDriver, "openProducer">;
  readonly clock: Clock;
}

/**
 * Writes records, one request after the other, and says of each what became of it. After a request of which nobody knows what became, its session is
 * given up and the next begins with a new one: a session that goes on would use its sequence numbers again, and the broker take new
 * records for copies of old ones.
 */
export class RecordWriter {
  readonly #options: RecordWriterOptions;
  #session: ProducerSession | undefined;
  #isBusy = false;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
  }

  /** One result for each record, in their order, by `endsAt` on the monotonic clock. Never rejects. */
  async write(records: readonly ProducerRecord[], end: WriteEnd): Promise<readonly RecordResult[]> {
    // Nobody waits any more for one that is still at it: it was given up.
    if (this.#isBusy) this.#renew();
    this.#isBusy = true;
    try {
      const results = new Map<ProducerRecord, RecordResult>();
      await this.#writeInto(results, records, end);
      return records.map((record) => results.get(record) ?? { kind: "failed", error: unanswered(record) });
    } finally {
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async #writeInto(
    results: Map<ProducerRecord, RecordResult>,
    records: readonly ProducerRecord[],
    end: WriteEnd,
  ): Promise<void> {
    const byPartition = new PartitionMap<ProducerRecord[]>();
    for (const record of records) byPartition.getOrAdd(record, () => []).push(record);
    for (const result of await this.#send(records, end)) {
      const together = byPartition.get(result) ?? [];
      if (!isTooLarge(result)) {
        for (const [index, record] of together.entries())
          results.set(record, resultOf(record, result, index));
        continue;
      }
      const [only, ...others] = together;
      if (only !== undefined && others.length === 0) results.set(only, tooLarge(only));
      // Too large together does not mean that any of them is: the broker's own limit is lower than what we were told.
      else for (const half of halvesOf(together)) await this.#writeInto(results, half, end);
    }
  }

  async #send(
    records: readonly ProducerRecord[],
    { endsAt, signal }: WriteEnd,
  ): Promise<readonly PartitionResult[]> {
    const { driver, clock } = this.#options;
    // Also where nothing is left: the second half of what was too large together is then told so by the session.
    const leftMs = Math.max(endsAt - clock.monotonic(), 0);
    this.#session ??= driver.openProducer();
    const session = this.#session;
    const results = await session.send(records, { deliveryTimeoutMs: leftMs, signal });
    const isUnknown = results.some(({ kind }) => kind === "unknown");
    // Whoever wrote meanwhile has taken a session of his own.
    if (isUnknown && this.#session === session) this.#renew();
    return results;
  }

  #renew(): void {
    void this.close();
  }
}

function resultOf(record: ProducerRecord, result: PartitionResult, index: number): RecordResult {
  const { topic, partition } = record;
  if (result.kind === "written")
    return { kind: "written", partition, offset: result.baseOffset + BigInt(index) };
  if (result.kind === "refused") return { kind: "failed", error: result.error };
  return { kind: "failed", error: unconfirmed(topic, result.error) };
}

const tooLargeErrors: readonly string[] = ["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"];

function isTooLarge(result: PartitionResult): boolean {
  if (result.kind !== "refused" || !(result.error instanceof KafkaRefusedError)) return false;
  return tooLargeErrors.includes(result.error.kafkaError);
}

/** The broker does not say what its limit is; but one byte less is the most that it can be. */
function tooLarge(record: ProducerRecord): RecordResult {
  const bytes = batchOverheadBytes + recordBytes(record);
  return { kind: "failed", error: new MessageTooLargeError({ bytes, maxBytes: bytes - 1 }) };
}

function halvesOf(records: readonly ProducerRecord[]): readonly ProducerRecord[][] {
  const middle = Math.ceil(records.length / 2);
  return [records.slice(0, middle), records.slice(middle)];
}

function unanswered({ topic }: ProducerRecord): WirekitError {
  return unconfirmed(topic, new ConnectionError("The driver did not say what became of the records"));
}
