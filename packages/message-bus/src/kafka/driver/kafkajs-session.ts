import { ClosedError, ConnectionError, type Random, TimeoutError, WirekitError } from "@wirekit/core";
import { anySignal, backoffMs, rejectOnAbort, sleep } from "@wirekit/core/kit";
import type { ProduceOptions, ProduceResult, ProducerBatch, ProducerSession } from "../kafka-driver.ts";
import { BatchInFlight, type ProducerIdentity } from "./batch-in-flight.ts";
import { batchFaultOf } from "./broker-errors.ts";
import { isAnswer } from "./group-errors.ts";
import { protocolErrorType, wirekitErrorOf } from "./kafkajs-error.ts";
import { type BatchAnswer, sendProduceRequest } from "./produce-request.ts";
import { isTopicError, ProducerConnection, type ProducerOptions } from "./producer-connection.ts";

export type SessionOptions = ProducerOptions & { readonly random: Random };

const pauses = { baseDelayMs: 100, maxDelayMs: 1_000 };
/** A broker that creates a topic on demand, or hears late of one, says at first that there is none. */
const triesForTopic = 5;

/** What the requests of one round need. */
interface Way {
  readonly connection: ProducerConnection;
  readonly identity: ProducerIdentity;
  /** Fires at the end of the send. */
  readonly signal: AbortSignal;
}

/**
 * A producer session over kafkajs's connections. A send is one request for each broker that leads one of its
 * partitions, repeated until each batch has its result. A batch keeps its producer id and sequence numbers
 * through all requests, also over new connections: what was written already is acknowledged, and not written
 * again. Only a batch that the broker has certainly not written may get others.
 */
export class KafkajsSession implements ProducerSession {
  readonly #options: SessionOptions;
  readonly #closed = new AbortController();
  #connection: Promise<ProducerConnection> | undefined;
  #identity: ProducerIdentity | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async send(
    batches: readonly ProducerBatch[],
    { deliveryTimeoutMs, signal, onFailure = () => undefined }: ProduceOptions,
  ): Promise<readonly ProduceResult[]> {
    const { clock } = this.#options;
    const timer = new AbortController();
    const cancelTimer = clock.setTimer(
      () => timer.abort(new TimeoutError("The delivery", deliveryTimeoutMs)),
      deliveryTimeoutMs,
    );
    const end = anySignal(signal, timer.signal, this.#closed.signal);
    const inFlight = batches.map((batch) => new BatchInFlight(batch));
    let ending: WirekitError = new WirekitError("The send has ended without a result", {
      code: "wirekit/unknown",
    });
    try {
      await this.#sendAll(inFlight, { signal: end.signal, onFailure });
    } catch (thrown) {
      // The end of the send, or a bug; in both cases what has no result gets none any more.
      ending = WirekitError.from(end.signal.aborted ? end.signal.reason : thrown);
      this.#disconnect();
    } finally {
      cancelTimer();
      end.release();
    }
    for (const batch of inFlight) batch.giveUp(batch.lastError ?? ending);
    // The broker may now count differently than we do.
    if (inFlight.some(({ isSequenceKnown }) => !isSequenceKnown)) this.#identity = undefined;
    return inFlight.map(({ result }) => result ?? { kind: "unknown", error: ending });
  }

  async close(): Promise<void> {
    this.#closed.abort(new ClosedError("The producer"));
    this.#disconnect();
  }

  async #sendAll(
    batches: readonly BatchInFlight[],
    {
      signal,
      onFailure,
    }: { readonly signal: AbortSignal; readonly onFailure: (error: WirekitError) => void },
  ): Promise<void> {
    const { clock, random } = this.#options;
    let open = batches;
    for (let round = 1; ; round += 1) {
      signal.throwIfAborted();
      await this.#round(open, signal);
      open = open.filter(({ result }) => result === undefined);
      const [first] = open;
      if (first === undefined) return;
      if (first.lastError !== undefined) onFailure(first.lastError);
      // At least half of the bound, or a broker that is down would be asked without pause.
      await sleep(
        backoffMs(round, pauses, () => 0.5 + random() / 2),
        { signal, clock },
      );
    }
  }

  /** One request to each leader, for everything that is open. */
  async #round(open: readonly BatchInFlight[], signal: AbortSignal): Promise<void> {
    let connection: ProducerConnection;
    let byNode: ReadonlyMap<number, BatchInFlight[]>;
    let identity: ProducerIdentity;
    try {
      this.#connection ??= ProducerConnection.open(this.#options);
      connection = await rejectOnAbort(this.#connection, signal);
      const topics = new Set(open.map(({ topic }) => topic));
      const failures = await rejectOnAbort(connection.find(topics), signal);
      byNode = this.#byLeader(connection, this.#foundOf(open, failures));
      const [anyNode] = byNode.keys();
      if (anyNode === undefined) return;
      this.#identity ??= await rejectOnAbort(connection.newIdentity(anyNode), signal);
      identity = this.#identity;
    } catch (thrown) {
      signal.throwIfAborted();
      this.#unanswered(open, thrown);
      // kafkajs asks for all topics that it was ever asked for, and fails while one of them is missing.
      if (!isAnswer(thrown) || isTopicError(thrown)) this.#disconnect();
      return;
    }
    const way: Way = { connection, identity, signal };
    await Promise.all([...byNode].map(([node, batches]) => this.#produce(batches, node, way)));
    signal.throwIfAborted();
    if (connection.isBroken) this.#disconnect();
  }

  /** Those whose topic could be found. */
  #foundOf(open: readonly BatchInFlight[], failures: ReadonlyMap<string, unknown>): readonly BatchInFlight[] {
    if (failures.size === 0) return open;
    return open.filter((batch) => {
      if (!failures.has(batch.topic)) return true;
      const thrown = failures.get(batch.topic);
      const error = this.#errorOf(thrown, batch.topic);
      if (!this.#mayPass(batch, thrown, error)) batch.giveUp(error);
      return false;
    });
  }

  #byLeader(
    connection: ProducerConnection,
    batches: readonly BatchInFlight[],
  ): ReadonlyMap<number, BatchInFlight[]> {
    const byNode = new Map<number, BatchInFlight[]>();
    for (const batch of batches) {
      const node = connection.leaderOf(batch);
      if (node === undefined) {
        connection.isStale = true;
        const { topic, partition } = batch;
        batch.lastError = new ConnectionError(`Partition ${partition} of ${topic} has no leader at present`);
        continue;
      }
      const together = byNode.get(node);
      if (together === undefined) byNode.set(node, [batch]);
      else together.push(batch);
    }
    return byNode;
  }

  async #produce(batches: readonly BatchInFlight[], node: number, way: Way): Promise<void> {
    const { connection, identity, signal } = way;
    try {
      const broker = await rejectOnAbort(connection.brokerOf(node), signal);
      const encoded = await Promise.all(batches.map((batch) => batch.encode(identity, connection.encoding)));
      const onSent = () => {
        // After the end of the send nothing more may be written.
        signal.throwIfAborted();
        for (const batch of batches) batch.sent();
      };
      const timeoutMs = this.#options.requestTimeoutMs;
      const request = sendProduceRequest(broker, encoded, { timeoutMs, onSent });
      const answers = await rejectOnAbort(request, signal);
      for (const [index, batch] of batches.entries()) this.#heed(answers[index], batch, way);
    } catch (thrown) {
      if (signal.aborted) return;
      connection.isBroken = true;
      this.#unanswered(batches, thrown);
    }
  }

  #heed(answer: BatchAnswer | undefined, batch: BatchInFlight, { connection, identity }: Way): void {
    if (answer?.kind === "written") batch.written(answer.baseOffset);
    else if (answer?.kind === "refused") {
      const { thrown } = answer;
      const error = this.#errorOf(thrown, batch.topic);
      const type = protocolErrorType(thrown) ?? "UNKNOWN";
      if (batchFaultOf(type) === "sequence") this.#startAnew(batch, identity, error);
      else if (this.#mayPass(batch, thrown, error)) batch.refusedForNow(type);
      else batch.refused(type, error);
      connection.isStale = true;
    } else {
      const message = "The answer of the broker does not say what became of the records";
      batch.giveUp(new ConnectionError(message));
    }
  }

  /** The broker counts otherwise than we do: what it has not written goes out under another producer id. */
  #startAnew(batch: BatchInFlight, identity: ProducerIdentity, error: WirekitError): void {
    batch.lastError = error;
    if (this.#identity === identity) this.#identity = undefined;
    if (!batch.restart()) batch.giveUp(error);
  }

  /** Whether the same request may succeed later, though the broker refuses this topic or batch now. */
  #mayPass(batch: BatchInFlight, thrown: unknown, error: WirekitError): boolean {
    batch.lastError = error;
    if (protocolErrorType(thrown) !== "UNKNOWN_TOPIC_OR_PARTITION") return error.retryable;
    batch.topicMisses += 1;
    return batch.topicMisses <= (this.#options.topicCreation === "allow" ? triesForTopic : 1);
  }

  /** There was no answer, or none that is about these batches. */
  #unanswered(batches: readonly BatchInFlight[], thrown: unknown): void {
    const error = this.#errorOf(thrown, undefined);
    const mayPass = error.retryable || isTopicError(thrown);
    for (const batch of batches) {
      batch.lastError = error;
      if (!mayPass) batch.giveUp(error);
    }
  }

  #errorOf(thrown: unknown, topic: string | undefined): WirekitError {
    const { sasl, securityProtocol } = this.#options;
    return wirekitErrorOf(thrown, { what: "Sending", topic, sasl, securityProtocol });
  }

  #disconnect(): void {
    const dropped = this.#connection;
    this.#connection = undefined;
    void dropped?.then((connection) => connection.destroy()).catch(() => undefined);
  }
}
