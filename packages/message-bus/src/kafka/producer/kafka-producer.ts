import { ClosedError, MessageTooLargeError, TimeoutError, type WaitOptions } from "@wirekit/core";
import { onAbort, withTimeout } from "@wirekit/core/kit";
import {
  type BatchEntry,
  Batcher,
  type BatcherStats,
  type EntryResult,
  type Settle,
} from "@wirekit/core/outbound";
import { closedError } from "../../errors.ts";
import type { KafkaDriver } from "../kafka-driver.ts";
import { unconfirmed } from "../kafka-errors.ts";
import type { ResolvedKafkaOptions } from "../kafka-options.ts";
import { PartitionMap } from "../partition-map.ts";
import type { OutgoingRecord, RecordCaller, WrittenRecord } from "./outgoing-record.ts";
import { PartitionChoice } from "./partition-choice.ts";
import { batchOverheadBytes, placeBytes } from "./record-size.ts";
import { type RecordResult, RecordWriter } from "./record-writer.ts";
import { TopicGate } from "./topic-gate.ts";

/** What was left when the producer was closed, in the callers' own terms. */
export interface ProducerCloseReport<Origin> {
  readonly notSent: readonly Origin[];
  readonly unconfirmed: readonly Origin[];
}

type ProducerOptions = Pick<
  ResolvedKafkaOptions,
  | "lingerMs"
  | "maxBatchMessages"
  | "maxBatchBytes"
  | "maxPendingMessages"
  | "maxPendingBytes"
  | "deliveryTimeoutMs"
  | "logger"
  | "clock"
  | "random"
>;

/** How much longer than a delivery a flush may take before its driver counts as stuck. */
const marginMs = 5_000;
/** How long before those who wait a session gives up at most. */
const longestNoticeMs = 100;

/**
 * Sends single records as full requests. One request is under way at a time, its tries included; meanwhile those for the next one gather. The records of a
 * partition stay in the order of the calls.
 */
export class KafkaProducer<Origin = unknown> {
  readonly #options: ProducerOptions;
  readonly #gate: TopicGate;
  readonly #choice: PartitionChoice;
  readonly #writer: RecordWriter;
  readonly #batcher: Batcher<OutgoingRecord<Origin>, WrittenRecord>;
  /** A text for each partition, always the same one. */
  readonly #keys = new PartitionMap<string>();
  /** Called for, and not with the batcher yet. */
  readonly #preparing = new Map<OutgoingRecord<Origin>, (reason: unknown) => void>();
  #problem: string | undefined;
  #closing: Promise<ProducerCloseReport<Origin>> | undefined;

  constructor(driver: KafkaDriver, options: ProducerOptions) {
    const { clock, deliveryTimeoutMs, random, logger } = options;
    this.#gate = new TopicGate((topic) =>
      withTimeout("Asking for the partitions", (signal) => driver.partitionCount(topic, { signal }), {
        timeoutMs: deliveryTimeoutMs,
        clock,
      }),
    );
    this.#options = options;
    this.#choice = new PartitionChoice(random);
    this.#writer = new RecordWriter({ driver, clock });
    this.#batcher = new Batcher<OutgoingRecord<Origin>, WrittenRecord>({
      flush: (entries, context) => this.#flush(entries, context),
      maxEntries: options.maxBatchMessages,
      // The first of a batch takes no bytes for its place, so that what all are counted for never exceeds what the broker counts.
      maxBytes: options.maxBatchBytes - batchOverheadBytes + placeBytes,
      sizeOf: ({ bytes }) => bytes + placeBytes,
      keyOf: (record) => this.#keys.getOrAdd(record, () => `${record.partition}:${record.topic}`),
      // A broker takes or refuses what goes to one partition as a whole.
      keysFail: "together",
      lingerMs: options.lingerMs,
      maxInFlight: 1,
      maxPendingEntries: options.maxPendingMessages,
      maxPendingBytes: Math.max(options.maxPendingBytes, options.maxBatchBytes),
      // The session tries again by itself, under the same sequence numbers. Whoever sends again doubles what may have arrived.
      retry: { maxAttempts: 1 },
      flushTimeoutMs: Math.min(deliveryTimeoutMs + marginMs, longestTimerMs),
      logger,
      clock,
      random,
    });
  }

  /**
   * Resolves when all replicas have it.
   *
   * @throws UnconfirmedError when it was sent and nobody says whether it arrived; MessageTooLargeError, ClosedError, TimeoutError, or the error of the
   * broker or the connection, when it did not; the signal's own reason.
   */
  send(record: OutgoingRecord<Origin>, options: WaitOptions = {}): Promise<WrittenRecord> {
    return new Promise((resolve, reject) => {
      this.submit(record, options, { written: resolve, failed: reject });
    });
  }

  /** As {@link send}, without a promise: tells `caller` once, within this call where the record is refused at once. */
  submit(record: OutgoingRecord<Origin>, options: WaitOptions, caller: RecordCaller): void {
    const refusal = this.#refusalOf(record, options);
    if (refusal !== undefined) {
      caller.failed(refusal.reason);
      return;
    }
    const { clock, deliveryTimeoutMs } = this.#options;
    record.expiresAt =
      clock.monotonic() + Math.min(options.timeoutMs ?? deliveryTimeoutMs, deliveryTimeoutMs);
    const count = this.#gate.partitionCount(record.topic);
    if (count === undefined) this.#submitOnceKnown(record, options, caller);
    else this.#submitTo(count, record, options, caller);
  }

  stats(): BatcherStats {
    return this.#batcher.stats();
  }

  /** What went wrong with the last request, in words; `undefined` when nothing did. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes nothing more, sends what it has, and says what was left. */
  close(options: { readonly timeoutMs: number }): Promise<ProducerCloseReport<Origin>> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close({ timeoutMs }: { readonly timeoutMs: number }): Promise<ProducerCloseReport<Origin>> {
    // What still waits to be told how many partitions there are does not go out any more.
    const preparing = [...this.#preparing.keys()];
    for (const fail of [...this.#preparing.values()]) fail(closedError());
    const { notSent, unconfirmed } = await this.#batcher.close({ timeoutMs });
    await this.#writer.close();
    const originsOf = (records: readonly OutgoingRecord<Origin>[]) => records.map(({ origin }) => origin);
    return { notSent: originsOf([...notSent, ...preparing]), unconfirmed: originsOf(unconfirmed) };
  }

  #refusalOf(
    { bytes }: OutgoingRecord<Origin>,
    { signal }: WaitOptions,
  ): { readonly reason: unknown } | undefined {
    if (signal?.aborted) return { reason: signal.reason };
    if (this.#closing !== undefined) return { reason: closedError() };
    const { maxBatchBytes } = this.#options;
    const batchBytes = batchOverheadBytes + bytes;
    if (batchBytes <= maxBatchBytes) return undefined;
    return { reason: new MessageTooLargeError({ bytes: batchBytes, maxBytes: maxBatchBytes }) };
  }

  /** Whoever asks for the partitions gives up after the time of a delivery, so that only a shorter limit needs a timer here. */
  #submitOnceKnown(record: OutgoingRecord<Origin>, options: WaitOptions, caller: RecordCaller): void {
    const { signal } = options;
    const cancelTimer = this.#shorterTimer(options, () =>
      fail(new TimeoutError("Sending", options.timeoutMs ?? 0)),
    );
    const stopListening = signal && onAbort(signal, () => fail(signal.reason));
    const release = () => {
      leave();
      cancelTimer?.();
      stopListening?.();
      this.#preparing.delete(record);
    };
    const fail = (reason: unknown) => {
      release();
      caller.failed(reason);
    };
    const go = (count: number) => {
      release();
      this.#submitTo(count, record, options, caller);
    };
    const leave = this.#gate.wait(record.topic, { go, fail });
    this.#preparing.set(record, fail);
  }

  #shorterTimer({ timeoutMs }: WaitOptions, callback: () => void): (() => void) | undefined {
    const { clock, deliveryTimeoutMs } = this.#options;
    if (timeoutMs === undefined || timeoutMs >= deliveryTimeoutMs) return undefined;
    return clock.setTimer(callback, timeoutMs);
  }

  #submitTo(
    count: number,
    record: OutgoingRecord<Origin>,
    { signal, timeoutMs }: WaitOptions,
    caller: RecordCaller,
  ): void {
    record.partition = this.#choice.choose(record.topic, record.key, record.bytes, count);
    const { clock, deliveryTimeoutMs } = this.#options;
    // The delivery's own limit needs no timer for each record: a flush ends by it, and what is over by then is not put into one.
    const isShorter = timeoutMs !== undefined && timeoutMs < deliveryTimeoutMs;
    const leftMs = isShorter ? Math.max(record.expiresAt - clock.monotonic(), 0) : undefined;
    record.caller = caller;
    this.#batcher.submit(record, { signal, timeoutMs: leftMs }, settle);
  }

  /** A little before the youngest gives up: the session knows what was sent, and those who give up do not. */
  #endOf(records: readonly OutgoingRecord<Origin>[]): number {
    const now = this.#options.clock.monotonic();
    const leftMs = records.reduce((most, { expiresAt }) => Math.max(most, expiresAt - now), 0);
    return now + leftMs - Math.min(leftMs / 10, longestNoticeMs);
  }

  async #flush(
    entries: readonly BatchEntry<OutgoingRecord<Origin>>[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly EntryResult<WrittenRecord>[]> {
    const { clock, deliveryTimeoutMs } = this.#options;
    const now = clock.monotonic();
    const all = entries.map(({ item }) => item);
    const records = all.filter(({ expiresAt }) => expiresAt > now);
    this.#choice.moveOn();
    this.#gate.refresh(records.map(({ topic }) => topic));
    for (const record of records) record.wasTried = true;
    const results =
      records.length === 0 ? [] : await this.#writer.write(records, { endsAt: this.#endOf(records), signal });
    this.#problem =
      problemIn(results) ?? (records.length < all.length ? "Messages wait for too long" : undefined);
    let at = 0;
    return all.map(({ wasTried }) => {
      const result = wasTried ? results[at++] : undefined;
      if (result?.kind === "written") return { kind: "delivered", receipt: result };
      return { kind: "failed", error: result?.error ?? new TimeoutError("Sending", deliveryTimeoutMs) };
    });
  }
}

/** One function for all: what waits is many, and each of its closures would be carried along by the garbage collector. */
const settle: Settle<OutgoingRecord, WrittenRecord> = (outcome, reason, record) => {
  if (outcome.kind === "delivered") record.caller?.written(outcome.receipt);
  else record.caller?.failed(shownReason(record, reason));
};

function shownReason({ wasTried, topic }: OutgoingRecord, reason: unknown): unknown {
  const isGivenUp = reason instanceof TimeoutError || reason instanceof ClosedError;
  return wasTried && isGivenUp ? unconfirmed(topic, reason) : reason;
}

/** The longest delay that the runtimes' timers take. */
const longestTimerMs = 2_147_483_647;

/** A message that is too large is its sender's problem, and not one of the connection. */
function problemIn(results: readonly RecordResult[]): string | undefined {
  for (const result of results) {
    if (result.kind === "failed" && !(result.error instanceof MessageTooLargeError))
      return result.error.message;
  }
  return undefined;
}
