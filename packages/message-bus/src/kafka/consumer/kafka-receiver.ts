import { ClosedError, type CloseReport, type WaitOptions, WirekitError } from "@wirekit/core";
import { LeaseLostError } from "@wirekit/core/inbound";
import { Deadline, onAbort, withTimeout } from "@wirekit/core/kit";
import type { ReceivedFacts } from "../../received.ts";
import type { KafkaDelivery } from "./kafka-delivery.ts";
import { expiredReceipt, KnownReceipts, parseKafkaReceipt, unknownReceipt } from "./kafka-receipt.ts";
import { KafkaSource } from "./kafka-source.ts";
import { type KafkaSourceOptions, resolveSourceOptions } from "./kafka-source-options.ts";
import { ReceivableRecords, type ReceiveOrder } from "./receivable-records.ts";
import type { KafkaSourceDetails } from "./source-details.ts";

/** Somebody who waits for a message. */
interface Waiter {
  readonly serve: (delivery: KafkaDelivery) => void;
  readonly refuse: (reason: unknown) => void;
}

/** How long an acknowledgement waits for its commit, unless said. */
const commitTimeoutMs = 30_000;

/**
 * Receives one message at a time as a member of a group, which it joins with the first call and stays in
 * between calls. What a fetch has brought beyond what was received is kept for the next calls, and nothing of
 * it is committed before it is acknowledged.
 *
 * Many messages may be received and not acknowledged at once. By key, the next one of a key comes when the
 * one before it is acknowledged. In the order of the log, they come one after the other, and an
 * acknowledgement counts for all that were received before it in its partition. What is never acknowledged
 * comes again when the group rebalances, or the receiver is closed.
 */
export class KafkaReceiver {
  readonly #source: KafkaSource;
  readonly #records: ReceivableRecords;
  readonly #onDelivered: (facts: ReceivedFacts) => void;
  readonly #clock;
  readonly #order: ReceiveOrder;
  readonly #stop = new AbortController();
  readonly #waiters = new Set<Waiter>();
  readonly #acknowledged = new KnownReceipts();
  readonly #expired = new KnownReceipts();
  #isStarted = false;
  #failure: WirekitError | undefined;
  #closing: Promise<Pick<CloseReport, "notHandled">> | undefined;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: KafkaSourceOptions, order: ReceiveOrder = "key") {
    const { logger, clock, onDelivered } = resolveSourceOptions(options);
    this.#clock = clock;
    this.#order = order;
    this.#onDelivered = onDelivered;
    // Told when a message is received here, not when it is read prefetched.
    this.#source = new KafkaSource({ ...options, onDelivered: undefined });
    this.#records = new ReceivableRecords(order, {
      logger,
      clock,
      onReady: () => this.#serve(),
      onLost: ({ id }) => this.#expired.add(id),
    });
  }

  /** Received, and not acknowledged. */
  get unacknowledged(): number {
    return this.#records.unacknowledged;
  }

  /**
   * The next message; `undefined` when there is none within the time, also because the group has not taken us
   * in yet.
   *
   * @throws WirekitError when the time is over and the broker could not be asked, or when it has refused;
   * ClosedError; the signal's own reason.
   */
  receive({ timeoutMs = 1_000, signal }: WaitOptions = {}): Promise<ReceivedFacts | undefined> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closing !== undefined) return reject(new ClosedError("The receiver"));
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#start();
      const next = this.#records.receive();
      if (next !== undefined) return resolve(this.#handOut(next));
      if (timeoutMs <= 0) return resolve(undefined);

      const leave = () => {
        this.#waiters.delete(waiter);
        cancelTimeout();
        stopListening?.();
      };
      const waiter: Waiter = {
        serve: (delivery) => {
          leave();
          resolve(this.#handOut(delivery));
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const cancelTimeout = this.#clock.setTimer(() => {
        leave();
        // As if the topic were empty: whoever asks would never learn that nobody was there to answer.
        const fault = this.#source.readingTrouble;
        if (fault === undefined) resolve(undefined);
        else reject(fault);
      }, timeoutMs);
      const stopListening = signal && onAbort(signal, () => waiter.refuse(signal.reason));
      this.#waiters.add(waiter);
    });
  }

  /**
   * Says that a message is done with, and resolves when that is committed; or, where one before it in its
   * partition is not done with, when it is noted. Resolves with whether this changed anything.
   *
   * @throws ReceiptError when the group has rebalanced since, or the receipt handle was not given out;
   * WirekitError when the broker has not taken the commit, which may be tried again; TimeoutError; the
   * signal's own reason.
   */
  async acknowledge(receiptHandle: string, options: WaitOptions = {}): Promise<"acknowledged" | "already"> {
    options.signal?.throwIfAborted();
    const receipt = parseKafkaReceipt(receiptHandle);
    const delivery = this.#records.received(receiptHandle);
    if (delivery === undefined) this.#throwUnlessAcknowledged(receiptHandle, receipt);
    else if (this.#order === "key") this.#finish(delivery);
    else for (const each of this.#records.receivedUpTo(delivery)) this.#finish(each);
    const partition = this.#source.partition(receipt.partition);
    if (partition !== undefined && partition.tracker.committable > partition.committed)
      await this.#commit(options);
    return delivery === undefined ? "already" : "acknowledged";
  }

  details(): KafkaSourceDetails {
    return this.#source.details();
  }

  /** Why nothing can be received, while that lasts. */
  get fault(): WirekitError | undefined {
    return this.#failure ?? this.#source.readingTrouble;
  }

  /**
   * Commits what was acknowledged, gives back the rest, and leaves the group. Closing again returns the same
   * report.
   */
  close({
    timeoutMs = 10_000,
  }: {
    readonly timeoutMs?: number | undefined;
  } = {}): Promise<Pick<CloseReport, "notHandled">> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#source.runInto(this.#records, { signal: this.#stop.signal }).catch((thrown: unknown) => {
      this.#failure = WirekitError.from(thrown);
      this.#refuseAll(this.#failure);
    });
  }

  #serve(): void {
    for (const waiter of this.#waiters) {
      const delivery = this.#records.receive();
      if (delivery === undefined) return;
      waiter.serve(delivery);
    }
  }

  #handOut({ id, received }: KafkaDelivery): ReceivedFacts {
    this.#expired.delete(id);
    this.#onDelivered(received);
    return received;
  }

  #finish(delivery: KafkaDelivery): void {
    this.#source.settle(delivery, { kind: "done" });
    this.#acknowledged.add(delivery.id);
    this.#records.done(delivery);
  }

  #throwUnlessAcknowledged(
    receiptHandle: string,
    { topic, partition: number, offset }: ReturnType<typeof parseKafkaReceipt>,
  ): void {
    if (this.#acknowledged.has(receiptHandle)) return;
    if (this.#expired.has(receiptHandle)) throw expiredReceipt();
    const partition = this.#source.partition(number);
    // The group is past it: somebody has acknowledged it, too long ago to be remembered here.
    if (partition?.topic === topic && offset < partition.committed) return;
    throw unknownReceipt();
  }

  async #commit({ timeoutMs = commitTimeoutMs, signal }: WaitOptions): Promise<void> {
    try {
      await withTimeout("Committing", () => this.#source.commit(), { timeoutMs, signal, clock: this.#clock });
    } catch (thrown) {
      throw thrown instanceof LeaseLostError ? expiredReceipt(thrown) : thrown;
    }
  }

  async #close(timeoutMs: number): Promise<Pick<CloseReport, "notHandled">> {
    this.#refuseAll(new ClosedError("The receiver"));
    this.#stop.abort(new ClosedError("The receiver"));
    const { unacknowledged: notHandled } = this.#records;
    this.#records.close();
    await this.#source.close({ deadline: new Deadline(timeoutMs, this.#clock) });
    return { notHandled };
  }

  #refuseAll(reason: WirekitError): void {
    for (const waiter of this.#waiters) waiter.refuse(reason);
  }
}
