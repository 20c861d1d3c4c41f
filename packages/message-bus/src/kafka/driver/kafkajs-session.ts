import { type Clock, ClosedError, type Random, TimeoutError, WirekitError } from "@wirekit/core";
import { anySignal, backoffMs, rejectOnAbort, sleep } from "@wirekit/core/kit";
import type { PartitionResult, ProducerRecord, ProducerSession } from "../kafka-driver.ts";
import { LoginRefusedError } from "../kafka-errors.ts";
import { protocolErrorType, wirekitErrorOf } from "./kafkajs-fault.ts";
import { KafkajsProducer, type ProducerOptions } from "./kafkajs-producer.ts";
import { batchesOf, type PartitionBatch } from "./partition-batch.ts";
import { LeadersDiffer, ProduceCall, partitionName } from "./produce-call.ts";

export type SessionOptions = ProducerOptions & {
  readonly clock: Clock;
  readonly random: Random;
};

const pauses = { baseDelayMs: 100, maxDelayMs: 1_000 };
/** A broker that makes a topic when it is asked for it, or hears late of one, says at first that there is none. */
const triesForTopic = 5;
/** After so many new distributions in a row without a pause, leaders that move on and on are waited for. */
const triesWithoutPause = 3;

/**
 * A producer session over kafkajs. A send is one call of kafkajs's for each broker that leads one of its partitions, tried again here until each partition has
 * its answer. Between the tries the sequence numbers stand as before the first, so that what was written already is acknowledged and not
 * written again.
 */
export class KafkajsSession implements ProducerSession {
  readonly #options: SessionOptions;
  readonly #leaders = new Map<string, number>();
  readonly #closed = new AbortController();
  #producer: Promise<KafkajsProducer> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async send(
    records: readonly ProducerRecord[],
    { deliveryTimeoutMs, signal }: { readonly deliveryTimeoutMs: number; readonly signal: AbortSignal },
  ): Promise<readonly PartitionResult[]> {
    const { clock } = this.#options;
    const timer = new AbortController();
    const cancelTimer = clock.setTimer(
      () => timer.abort(new TimeoutError("The delivery", deliveryTimeoutMs)),
      deliveryTimeoutMs,
    );
    const end = anySignal(signal, timer.signal, this.#closed.signal);
    const batches = batchesOf(records);
    try {
      await this.#sendAll(batches, end.signal);
    } catch (thrown) {
      // The end of the send, or something that must not happen; in either case what has no result gets none any more.
      const ending = WirekitError.from(end.signal.aborted ? end.signal.reason : thrown);
      for (const batch of batches) batch.givenUp(batch.lastError ?? ending);
      // What kafkajs has begun is stopped, and its sequence numbers are not to be relied on.
      this.#drop();
    } finally {
      cancelTimer();
      end.release();
    }
    // The broker and kafkajs may now count differently, unless a batch was refused for what is in it.
    if (batches.some(({ isProducerFit }) => !isProducerFit)) this.#drop();
    return batches.flatMap(({ result }) => (result === undefined ? [] : [result]));
  }

  async close(): Promise<void> {
    this.#closed.abort(new ClosedError("The producer"));
    this.#drop();
  }

  async #sendAll(batches: readonly PartitionBatch[], signal: AbortSignal): Promise<void> {
    let open = batches;
    let triesAtOnce = 0;
    for (let round = 1; ; round += 1) {
      signal.throwIfAborted();
      const wantsPause = await this.#round(open, signal);
      open = open.filter(({ result }) => result === undefined);
      if (open.length === 0) return;
      triesAtOnce = wantsPause ? 0 : triesAtOnce + 1;
      if (wantsPause || triesAtOnce > triesWithoutPause) {
        const { clock, random } = this.#options;
        // At least half of the bound, or a broker that is down would be asked without pause.
        const delayMs = backoffMs(round, pauses, () => 0.5 + random() / 2);
        await sleep(delayMs, { signal, clock });
      }
    }
  }

  /** One try for everything that is open. Says whether to pause before the next. */
  async #round(open: readonly PartitionBatch[], signal: AbortSignal): Promise<boolean> {
    let producer: KafkajsProducer;
    try {
      this.#producer ??= KafkajsProducer.open(this.#options);
      producer = await rejectOnAbort(this.#producer, signal);
      await producer.connect(signal);
    } catch (thrown) {
      signal.throwIfAborted();
      this.#notConnected(open, thrown);
      return true;
    }
    const answersBefore = producer.answers;
    const calls = this.#groups(open).map((batches) => ({ batches, call: new ProduceCall(this.#leaders) }));
    const failures = await Promise.all(
      calls.map(({ call, batches }) => this.#try(producer, call, batches, signal)),
    );
    signal.throwIfAborted();
    const requests = calls.reduce((sum, { call }) => sum + call.encodings, 0);
    const isAllAnswered = producer.answers - answersBefore >= requests;
    let wantsPause = false;
    for (const [index, { batches, call }] of calls.entries()) {
      const failure = failures[index];
      if (failure === undefined) continue;
      if (!isAllAnswered && call.encodings > 0) for (const batch of batches) batch.isInDoubt = true;
      if (this.#judge(batches, failure.thrown) === "pause") wantsPause = true;
    }
    // kafkajs asks for all the topics that it has ever heard of together, and for none when one of them is gone.
    const isTopicMissing = open.some(({ topicMisses }) => topicMisses > 0);
    if (isTopicMissing && open.every(({ requests }) => requests === 0)) this.#drop();
    return wantsPause;
  }

  async #try(
    producer: KafkajsProducer,
    call: ProduceCall,
    batches: readonly PartitionBatch[],
    signal: AbortSignal,
  ): Promise<{ readonly thrown: unknown } | undefined> {
    try {
      const offsets = await rejectOnAbort(producer.send(call, batches), signal);
      for (const batch of batches) {
        const offset = offsets.get(partitionName(batch));
        if (offset === undefined) batch.passedOver();
        else batch.written(offset);
      }
      return undefined;
    } catch (thrown) {
      call.end();
      return { thrown };
    } finally {
      for (const batch of batches) batch.requests += call.encodings;
    }
  }

  /** What a failed call means for its partitions, and whether the next try waits. */
  #judge(batches: readonly PartitionBatch[], thrown: unknown): "pause" | "at once" {
    if (thrown instanceof LeadersDiffer) return "at once";
    const type = protocolErrorType(thrown);
    const isMissing = type === "UNKNOWN_TOPIC_OR_PARTITION";
    const [first, ...others] = batches;
    const isAlone = others.length === 0;
    const error = this.#errorOf(thrown, isAlone ? first?.topic : undefined);
    for (const batch of batches) {
      batch.lastError = error;
      if (isMissing) batch.topicMisses += 1;
    }
    const wasSent = batches.some(({ requests }) => requests > 0);
    if (!isMissing && (error.retryable || (type === undefined && wasSent))) return "pause";
    if (type === undefined || error instanceof LoginRefusedError) {
      for (const batch of batches) batch.givenUp(error);
      return "pause";
    }
    if (isAlone && first !== undefined) {
      if (isMissing && first.topicMisses <= this.#triesForTopic) return "pause";
      if (wasSent) first.refusedBy(type, error);
      else first.givenUp(error);
      return "pause";
    }
    for (const batch of batches) batch.isAlone = true;
    return "at once";
  }

  get #triesForTopic(): number {
    return this.#options.topicCreation === "allow" ? triesForTopic : 1;
  }

  #notConnected(open: readonly PartitionBatch[], thrown: unknown): void {
    const error = this.#errorOf(thrown, undefined);
    // Which producer id it had belongs to requests that may have been written: another one would write them again.
    if (open.every(({ requests }) => requests === 0)) this.#drop();
    for (const batch of open) {
      batch.lastError = error;
      if (!error.retryable) batch.givenUp(error);
    }
  }

  /** What is led by one broker goes together; what is alone goes alone. What nobody knows the leader of goes together, to find out. */
  #groups(open: readonly PartitionBatch[]): PartitionBatch[][] {
    const groups = new Map<string, PartitionBatch[]>();
    for (const batch of open) {
      const name = partitionName(batch);
      const group = batch.isAlone ? name : `leader ${this.#leaders.get(name)}`;
      const members = groups.get(group) ?? [];
      groups.set(group, [...members, batch]);
    }
    return [...groups.values()];
  }

  #errorOf(thrown: unknown, topic: string | undefined): WirekitError {
    return wirekitErrorOf(thrown, { what: "Sending", topic, sasl: this.#options.sasl });
  }

  #drop(): void {
    const dropped = this.#producer;
    this.#producer = undefined;
    this.#leaders.clear();
    void dropped?.then((producer) => producer.destroy()).catch(() => undefined);
  }
}
