import type { CloseOptions, CloseReport } from "../contract.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { UnconfirmedError } from "../errors/unconfirmed-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { withAttempts } from "../errors/with-attempts.ts";
import { watchCaller } from "../kit/caller-watch.ts";
import { Closing } from "../kit/closing.ts";
import type { Deadline } from "../kit/deadline.ts";
import { failedOutcome } from "../kit/failed-outcome.ts";
import { SendCounter } from "../kit/send-counter.ts";
import { type WaitOptions, withTimeout } from "../kit/waiting.ts";
import type { NotSent } from "../outcome.ts";
import { Alarm } from "./alarm.ts";
import { Capacity } from "./capacity.ts";
import { Checkpoints } from "./checkpoints.ts";
import {
  type BatchOutcome,
  type Caller,
  Entry,
  finalError,
  hasLeft,
  measure,
  PromiseCaller,
  reportOf,
  type Settle,
  tell,
} from "./entry.ts";
import { Flushes, type FlushResults } from "./flushes.ts";
import { type BatcherOptions, type ResolvedBatcherOptions, resolveBatcherOptions } from "./options.ts";
import { type Failure, Retries } from "./retries.ts";
import { SendQueue } from "./send-queue.ts";
import { BatcherCounts, type BatcherStats } from "./stats.ts";

/** For calls without options. */
const noOptions: WaitOptions = {};

/**
 * Turns single sends into full flushes. It gathers items until there are enough of them, enough bytes, or
 * enough time has passed, and gives each caller the outcome of its own item. It retries what failed in a
 * flush, alone, and keeps the order of each key.
 */
export class Batcher<Item, Receipt> implements AsyncDisposable {
  readonly #options: ResolvedBatcherOptions<Item, Receipt>;
  readonly #queue: SendQueue<Entry<Item, Receipt>>;
  readonly #capacity: Capacity<Entry<Item, Receipt>>;
  readonly #checkpoints = new Checkpoints();
  readonly #flushes: Flushes<Item, Receipt>;
  readonly #retries: Retries<Item, Receipt>;
  readonly #counts = new BatcherCounts(new SendCounter());
  readonly #linger: Alarm;
  #isPumpDue = false;
  readonly #closing: Closing<CloseReport<Item>>;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: BatcherOptions<Item, Receipt>) {
    this.#options = resolveBatcherOptions(options);
    this.#queue = new SendQueue(this.#options);
    this.#capacity = new Capacity(this.#options);
    this.#flushes = new Flushes(this.#options, this.#counts, (entries, results) => {
      this.#finish(entries, results);
      this.#pump();
    });
    const { clock } = this.#options;
    this.#closing = new Closing(clock);
    this.#retries = new Retries(this.#options, {
      queue: this.#queue,
      onFinal: ({ entry, error }) => {
        this.#fail(entry, withAttempts(finalError(entry, error), entry.attempts));
        this.#land(entry);
      },
      onOver: () => this.#pump(),
    });
    this.#linger = new Alarm(clock, () => {
      this.#queue.endLingering(clock.monotonic());
      this.#pump();
    });
  }

  /**
   * Sends `item` with the next flush that has room for it; resolves with its receipt.
   *
   * An abort or time-out takes an item out that is not in flight. One that is in flight is given up: it may
   * arrive, and is not retried.
   *
   * @throws MessageTooLargeError, QueueFullError or ClosedError if it is not taken; the error of the last
   * try, with `attempts` set; UnconfirmedError if a try went out without an answer; TimeoutError after
   * `timeoutMs`, or the signal's own reason, if none did.
   */
  send(item: Item, options: WaitOptions = noOptions): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.#submit(item, options, new PromiseCaller(resolve, reject));
    });
  }

  /** As {@link send}, for bulk sends: never rejects, and tells what became of the item. */
  sendOutcome(item: Item, options: WaitOptions = noOptions): Promise<BatchOutcome<Receipt>> {
    return new Promise((resolve) => this.#submit(item, options, resolve));
  }

  /**
   * As {@link send}, for a client that has a promise of its own for the caller: see "Promises per message" in
   * docs/performance.md. Calls `settle` once, with the outcome, what `send` would reject with, and the item;
   * within this call if the item is refused at once. `settle` must not throw.
   */
  submit(item: Item, options: WaitOptions, settle: Settle<Item, Receipt>): void {
    this.#submit(item, options, settle);
  }

  #submit(item: Item, options: WaitOptions, caller: Caller<Item, Receipt>): void {
    const entry = this.#entryFor(item, options, caller);
    if (entry === undefined) return;
    entry.checkpoint = this.#checkpoints.enter();
    if (this.#capacity.tryEnter(entry)) this.#admit(entry);
    else this.#capacity.wait(entry);
    const { signal, timeoutMs } = options;
    if (signal === undefined && timeoutMs === undefined) return;
    const { clock } = this.#options;
    // After the item has its place, because an abort may come within this call.
    entry.release = watchCaller("Sending", { signal, timeoutMs, clock }, (reason) =>
      this.#giveUp(entry, reason),
    );
  }

  /**
   * Flushes all that was given so far without lingering; resolves once each of those items has its outcome.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    const done = this.#checkpoints.allDone();
    this.#queue.endLingering(Number.POSITIVE_INFINITY);
    this.#pumpSoon();
    await withTimeout("Flushing", () => done, { ...options, clock: this.#options.clock });
  }

  /**
   * Takes nothing more, flushes what is held, and returns what could not be finished in time. Those callers
   * are told as well. Closing again returns the same report.
   *
   * @throws ConfigError when `timeoutMs` is not a number of milliseconds; nothing is closed then.
   */
  close(options?: CloseOptions): Promise<CloseReport<Item>> {
    return this.#closing.start(options, (deadline) => this.#close(deadline));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  stats(): BatcherStats {
    return this.#counts.stats(this.#capacity, this.#flushes);
  }

  /** Makes the entry for `item`; or tells the caller why it is not taken, and returns `undefined`. */
  #entryFor(
    item: Item,
    { signal }: WaitOptions,
    caller: Caller<Item, Receipt>,
  ): Entry<Item, Receipt> | undefined {
    const { clock, whenFull } = this.#options;
    this.#counts.sends.accept();
    if (signal?.aborted) return this.#refuse(item, caller, signal.reason);
    if (this.#closing.isStarted) return this.#refuse(item, caller, new ClosedError("The batcher"));
    const measured = measure(item, this.#options);
    if (measured.kind === "unfit") return this.#refuse(item, caller, measured.error);
    const { key, bytes } = measured;
    const full = whenFull === "reject" ? this.#capacity.fullError(bytes) : undefined;
    if (full !== undefined) return this.#refuse(item, caller, full);
    return new Entry(item, { key, bytes, createdAt: clock.monotonic(), caller });
  }

  #refuse(item: Item, caller: Caller<Item, Receipt>, reason: unknown): undefined {
    this.#counts.sends.settle("not-sent");
    const outcome: NotSent = { kind: "not-sent", error: WirekitError.from(reason) };
    tell(caller, outcome, reason, item);
  }

  #admit(entry: Entry<Item, Receipt>): void {
    const { clock, lingerMs } = this.#options;
    entry.stage = "waits";
    // An item that was sent before `flush()` does not linger, even if it had to wait for room until now.
    const lingers = !entry.checkpoint?.isClosed;
    this.#queue.add(entry, lingers ? clock.monotonic() + lingerMs : undefined);
    this.#linger.set(this.#queue.nextDueAt);
    if (this.#queue.hasBatch) this.#pumpSoon();
  }

  #giveUp(entry: Entry<Item, Receipt>, reason: unknown): void {
    if (hasLeft(entry)) this.#fail(entry, new UnconfirmedError("The message", { cause: reason }));
    else this.#fail(entry, reason);
  }

  /** @param reason what a call that rejects rejects with; its class decides about the outcome. */
  #fail(entry: Entry<Item, Receipt>, reason: unknown): void {
    this.#settle(entry, failedOutcome(reason), reason);
  }

  /** Every entry gets its outcome here. Only the first one counts. */
  #settle(entry: Entry<Item, Receipt>, outcome: BatchOutcome<Receipt>, reason?: unknown): void {
    const { caller } = entry;
    if (caller === undefined) return;
    entry.caller = undefined;
    entry.release?.();
    entry.release = undefined;
    if (entry.stage === "wants-room") this.#capacity.withdraw(entry);
    if (entry.stage === "waits") {
      this.#queue.remove(entry);
      this.#capacity.leave(entry);
    }
    // An entry in flight keeps its place until its flush has ended, because the bounds are on what is held.
    if (entry.stage !== "in-flight") entry.stage = "gone";
    this.#counts.sends.settle(outcome.kind);
    if (entry.checkpoint !== undefined) this.#checkpoints.leave(entry.checkpoint);
    tell(caller, outcome, reason, entry.item);
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    for (let next = this.#capacity.admit(); next !== undefined; next = this.#capacity.admit())
      this.#admit(next);
  }

  /**
   * Pumps in a microtask, so that sends of one turn go together, and the flush function is never called
   * inside `send`.
   */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#flushes.size < this.#options.maxInFlight && this.#queue.hasBatch) {
      this.#flushes.start(this.#queue.take());
    }
    this.#linger.set(this.#queue.nextDueAt);
  }

  #finish(entries: readonly Entry<Item, Receipt>[], results: FlushResults<Receipt>): void {
    const failures: Failure<Item, Receipt>[] = [];
    const now = this.#options.clock.monotonic();
    for (const [index, entry] of entries.entries()) {
      const result = results[index];
      if (result?.kind === "unconfirmed") entry.mayHaveArrived = true;
      if (result !== undefined && result.kind !== "delivered" && entry.caller !== undefined) {
        failures.push({ entry, error: WirekitError.from(result.error) });
        continue;
      }
      if (result?.kind === "delivered") {
        const { attempts, createdAt } = entry;
        const latencyMs = now - createdAt;
        this.#settle(entry, { kind: "delivered", attempts, latencyMs, receipt: result.receipt });
      }
      this.#land(entry);
    }
    const paused = failures.length > 0 ? this.#retries.begin(failures) : undefined;
    for (const { keyQueue } of entries) {
      if (keyQueue !== undefined && !paused?.has(keyQueue)) this.#queue.open(keyQueue);
    }
  }

  /** Gives the place of an entry back whose flush has ended and that is not retried. */
  #land(entry: Entry<Item, Receipt>): void {
    entry.stage = "gone";
    this.#capacity.leave(entry);
    this.#admitWaiting();
  }

  async #close(deadline: Deadline): Promise<CloseReport<Item>> {
    const allEnded = async () => {
      await this.flush();
      // Also flushes whose callers have all given up: their entries may still arrive.
      await this.#flushes.whenEnded();
    };
    await deadline.limit("Closing", allEnded).catch(() => undefined);

    const left = this.#unsettled();
    const report = reportOf(left);
    const reason = new ClosedError("The batcher");
    for (const entry of left) this.#giveUp(entry, reason);
    this.#flushes.giveUp(reason);
    this.#retries.cancel();
    this.#linger.off();
    return report;
  }

  /** The entries whose callers still wait, in the order of their calls. */
  #unsettled(): Entry<Item, Receipt>[] {
    return [...new Set([...this.#flushes, ...this.#retries, ...this.#queue, ...this.#capacity.waiting])]
      .filter(({ caller }) => caller !== undefined)
      .sort((one, other) => one.createdAt - other.createdAt);
  }
}
