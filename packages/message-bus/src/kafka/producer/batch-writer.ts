import { type Clock, MessageTooLargeError, UnconfirmedError, WirekitError } from "@wirekit/core";
import type { EntryResult } from "@wirekit/core/outbound";
import type { KafkaDriver, ProduceResult, ProducerSession } from "../kafka-driver.ts";
import { KafkaRefusedError } from "../kafka-errors.ts";
import type { KafkaReceipt, OutgoingRecord } from "./outgoing-record.ts";
import { batchOverheadBytes } from "./record-size.ts";

/** What became of a record, for the batcher. */
export type RecordResult = EntryResult<KafkaReceipt>;

/** Records of one partition, and the places of their results. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly OutgoingRecord[];
  readonly places: readonly number[];
}

/** Until when something may be written. */
export interface WriteLimits {
  /** On the monotonic clock. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
  readonly onFailure: (error: WirekitError) => void;
}

/**
 * Writes batches, one request after the other. After a request whose outcome is unknown it opens a new
 * session: a session that goes on would use its sequence numbers again, and the broker would take new records
 * for copies of old ones.
 */
export class BatchWriter {
  readonly #driver: Pick<KafkaDriver, "openProducer">;
  readonly #clock: Clock;
  #session: ProducerSession | undefined;
  #isBusy = false;

  constructor(driver: Pick<KafkaDriver, "openProducer">, clock: Clock) {
    this.#driver = driver;
    this.#clock = clock;
  }

  /** Puts a result for each record at its place in `results`, by `endsAt`. Never rejects. */
  async write(batches: readonly RecordBatch[], results: RecordResult[], limits: WriteLimits): Promise<void> {
    // The batcher has given up on a write that is still under way.
    if (this.#isBusy) void this.close();
    this.#isBusy = true;
    try {
      await this.#writeAll(batches, results, limits);
    } finally {
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  async #writeAll(
    batches: readonly RecordBatch[],
    results: RecordResult[],
    limits: WriteLimits,
  ): Promise<void> {
    const answers = await this.#send(batches, limits);
    for (const [index, batch] of batches.entries()) {
      const answer = answers[index] ?? noAnswer();
      if (!isTooLarge(answer)) settle(batch, answer, results);
      else if (batch.records.length === 1) tooLarge(batch, results);
      // Too large together does not mean that any of them is: the broker's own limit is lower than what we
      // were told.
      else for (const half of halvesOf(batch)) await this.#writeAll([half], results, limits);
    }
  }

  async #send(
    batches: readonly RecordBatch[],
    { endsAt, signal, onFailure }: WriteLimits,
  ): Promise<readonly ProduceResult[]> {
    this.#session ??= this.#driver.openProducer();
    const session = this.#session;
    // Also when no time is left: the session then says so for the second half of a batch that was too large.
    const deliveryTimeoutMs = Math.max(endsAt - this.#clock.monotonic(), 0);
    let answers: readonly ProduceResult[];
    try {
      answers = await session.send(batches, { deliveryTimeoutMs, signal, onFailure });
    } catch (thrown) {
      const error = WirekitError.from(thrown);
      answers = batches.map(() => ({ kind: "unknown", error }));
    }
    const isUnknown = answers.length !== batches.length || answers.some(({ kind }) => kind === "unknown");
    // A write that began meanwhile has a session of its own.
    if (isUnknown && this.#session === session) void this.close();
    return answers;
  }
}

function noAnswer(): ProduceResult {
  const message = "The driver did not say what became of the records";
  return { kind: "unknown", error: new WirekitError(message, { code: "message-bus/no-answer" }) };
}

function settle(
  { topic, partition, records, places }: RecordBatch,
  answer: ProduceResult,
  results: RecordResult[],
): void {
  if (answer.kind === "written") {
    const baseOffset = Number(answer.baseOffset);
    for (let index = 0; index < records.length; index += 1) {
      const offset = baseOffset + index;
      const messageId = `${topic}:${partition}:${offset}`;
      const receipt = { topic, partition, offset, messageId };
      results[places[index] ?? 0] = { kind: "delivered", receipt };
    }
    return;
  }
  const result: RecordResult =
    answer.kind === "refused"
      ? { kind: "failed", error: answer.error }
      : { kind: "unconfirmed", error: unconfirmed(topic, answer.error) };
  for (const place of places) results[place] = result;
}

function unconfirmed(topic: string, cause: WirekitError): UnconfirmedError {
  return new UnconfirmedError(`The message to ${JSON.stringify(topic)}`, {
    cause,
    details: { target: topic },
  });
}

const tooLargeErrors: readonly string[] = ["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"];

function isTooLarge(answer: ProduceResult): boolean {
  if (answer.kind !== "refused" || !(answer.error instanceof KafkaRefusedError)) return false;
  return tooLargeErrors.includes(answer.error.kafkaError);
}

/** The broker does not say what its limit is; but one byte less is the most that it can be. */
function tooLarge({ records, places }: RecordBatch, results: RecordResult[]): void {
  const bytes = batchOverheadBytes + (records[0]?.bytes ?? 0);
  const error = new MessageTooLargeError({ bytes, maxBytes: bytes - 1 });
  results[places[0] ?? 0] = { kind: "failed", error };
}

function halvesOf({ records, places, ...place }: RecordBatch): readonly RecordBatch[] {
  const middle = Math.ceil(records.length / 2);
  return [
    { ...place, records: records.slice(0, middle), places: places.slice(0, middle) },
    { ...place, records: records.slice(middle), places: places.slice(middle) },
  ];
}
