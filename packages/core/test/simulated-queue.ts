import type { Delivery, Intake, Lease, Settlement, Source } from "../src/inbound/index.ts";
import { type Clock, ConnectionError, silentLogger } from "../src/index.ts";
import { type Deadline, type LeaseRenewalResult, Leases, sleep } from "../src/kit/index.ts";
import { Batcher, type EntryResult } from "../src/outbound/index.ts";

/** A message in the queue. */
export interface QueuedMessage {
  readonly id: string;
  readonly key: string | undefined;
  readonly body: string;
  receives: number;
  visibleAt: number;
  receiptHandle: string | undefined;
}

/** A delivery of the simulated queue. */
export interface QueueDelivery extends Delivery<string> {
  readonly receiptHandle: string;
  readonly lease: Lease;
}

type Change =
  | { readonly kind: "delete"; readonly receiptHandle: string }
  | { readonly kind: "visibility"; readonly receiptHandle: string; readonly forMs: number };

/**
 * A queue as SQS keeps it: visibility time-outs, receipt handles, and groups of which nothing is handed out
 * while one of them is out.
 */
export class SimulatedQueue {
  readonly messages = new Map<string, QueuedMessage>();
  readonly deleted: string[] = [];
  readonly #clock: Clock;
  #handles = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  send(id: string, key?: string, body = id): void {
    this.messages.set(id, { id, key, body, receives: 0, visibleAt: 0, receiptHandle: undefined });
  }

  receive(max: number, visibilityMs: number): (QueuedMessage & { readonly receiptHandle: string })[] {
    const now = this.#clock.monotonic();
    const locked = new Set<string>();
    for (const { key, visibleAt } of this.messages.values())
      if (key !== undefined && visibleAt > now) locked.add(key);
    const received = [];
    for (const message of this.messages.values()) {
      if (received.length === max) break;
      if (message.visibleAt > now || (message.key !== undefined && locked.has(message.key))) continue;
      this.#handles += 1;
      const receiptHandle = `${message.id}#${this.#handles}`;
      Object.assign(message, {
        receiptHandle,
        visibleAt: now + visibilityMs,
        receives: message.receives + 1,
      });
      received.push({ ...message, receiptHandle });
    }
    return received;
  }

  /**
   * Carries a change out; `false` when the receipt handle is not the newest, or the message is visible again.
   */
  apply(change: Change): boolean {
    const id = change.receiptHandle.slice(0, change.receiptHandle.lastIndexOf("#"));
    const message = this.messages.get(id);
    const now = this.#clock.monotonic();
    if (message === undefined || message.receiptHandle !== change.receiptHandle || message.visibleAt <= now)
      return false;
    if (change.kind === "delete") {
      this.messages.delete(id);
      this.deleted.push(id);
    } else message.visibleAt = now + change.forMs;
    return true;
  }
}

/** What goes wrong between the source and its queue. */
export interface QueueFaults {
  /** Called before each request; what it throws is the request's failure, what it waits for its delay. */
  readonly onRequest?: (kind: "receive" | "change") => Promise<void> | void;
  /** Whether this change fails, and may be tried again. */
  readonly failsChange?: () => boolean;
}

/** A source over the simulated queue, put together from the engines as one over SQS is. */
export class QueueSource implements Source<QueueDelivery> {
  readonly redelivery = "by-queue";
  readonly leases: Leases<string>;
  readonly #changes: Batcher<Change, boolean>;
  readonly #queue: SimulatedQueue;
  readonly clock: Clock;
  readonly #faults: QueueFaults;
  readonly #visibilityMs: number;
  readonly #pollMs: number;

  constructor(
    queue: SimulatedQueue,
    {
      clock,
      visibilityMs = 30_000,
      pollMs = 100,
      random,
      ...faults
    }: QueueFaults & {
      readonly clock: Clock;
      readonly visibilityMs?: number;
      readonly pollMs?: number;
      readonly random?: () => number;
    },
  ) {
    this.#queue = queue;
    this.clock = clock;
    this.#faults = faults;
    this.#visibilityMs = visibilityMs;
    this.#pollMs = pollMs;
    const shared = { clock, ...(random === undefined ? {} : { random }) };
    this.#changes = new Batcher<Change, boolean>({
      ...shared,
      maxEntries: 10,
      lingerMs: 20,
      logger: silentLogger,
      flushTimeoutMs: 5_000,
      retry: { maxAttempts: 4, maxElapsedMs: visibilityMs / 2, baseDelayMs: 50 },
      flush: (entries) => this.#flush(entries.map(({ item }) => item)),
    });
    this.leases = new Leases<string>({
      ...shared,
      durationMs: visibilityMs,
      maxTotalMs: 12 * 3_600_000,
      renew: (batch) =>
        Promise.all(
          batch.map(async ({ subject: receiptHandle, durationMs: forMs }): Promise<LeaseRenewalResult> => {
            const outcome = await this.#changes.sendOutcome({ kind: "visibility", receiptHandle, forMs });
            if (outcome.kind !== "delivered") return { kind: "failed" };
            return { kind: outcome.receipt ? "renewed" : "lost" };
          }),
        ),
    });
  }

  async run(intake: Intake<QueueDelivery>, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    while (!signal.aborted) {
      const reservation = await intake.reserve({ atLeast: 1, atMost: 10 }, { signal }).catch(() => undefined);
      if (reservation === undefined) return;
      let count = 0;
      try {
        await this.#faults.onRequest?.("receive");
        const since = this.clock.monotonic();
        for (const message of this.#queue.receive(reservation.remaining, this.#visibilityMs)) {
          const { id, key, body, receives: attempt, receiptHandle } = message;
          count += 1;
          reservation.add({
            id,
            key,
            body,
            attempt,
            receiptHandle,
            lease: this.leases.start(receiptHandle, { since }),
          });
        }
        intake.recovered();
      } catch (thrown) {
        intake.fault(thrown);
      }
      reservation.release();
      if (count === 0) await sleep(this.#pollMs, { signal, clock: this.clock }).catch(() => undefined);
    }
  }

  async settle(
    { receiptHandle, lease }: QueueDelivery,
    settlement: Settlement<QueueDelivery>,
  ): Promise<void> {
    if (settlement.kind === "done" || settlement.kind === "dead-letter") {
      const isDeleted = await this.#changes.send({ kind: "delete", receiptHandle });
      if (!isDeleted) throw new ConnectionError("the receipt handle is not valid any more");
      return;
    }
    // First, because a renewal after the change would undo it.
    lease.end();
    if (settlement.kind === "retry")
      await this.#changes.send({ kind: "visibility", receiptHandle, forMs: settlement.afterMs });
  }

  async release(deliveries: readonly QueueDelivery[]): Promise<void> {
    await Promise.all(
      deliveries.map(async ({ receiptHandle, lease }) => {
        lease.end();
        await this.#changes.send({ kind: "visibility", receiptHandle, forMs: 0 });
      }),
    );
  }

  async close({ deadline }: { readonly deadline: Deadline }): Promise<void> {
    await this.#changes.close({ timeoutMs: deadline.leftMs() });
    this.leases.endAll();
  }

  async #flush(changes: readonly Change[]): Promise<EntryResult<boolean>[]> {
    await this.#faults.onRequest?.("change");
    return changes.map((change) => {
      if (this.#faults.failsChange?.()) return { kind: "failed", error: new ConnectionError("throttled") };
      return { kind: "delivered", receipt: this.#queue.apply(change) };
    });
  }
}
