import type { Delivery, Intake, Lease, Settlement, Source } from "@wirekit/core/inbound";
import { Leases, sleep } from "@wirekit/core/kit";

/** A message of the queue, as it is delivered. */
export interface QueueDelivery extends Delivery<string> {
  readonly receipt: number;
  readonly lease: Lease;
}

interface Stored {
  readonly id: string;
  readonly key: string | undefined;
  readonly body: string;
  receives: number;
  receipt: number;
  visibleAt: number;
}

/**
 * A queue with visibility time-outs in the memory of this process, and a source over it: what a cloud queue
 * is to its client. A message that is not settled in time becomes visible again.
 */
export class MemoryQueue implements Source<QueueDelivery> {
  readonly redelivery = "by-queue";
  readonly leases: Leases<QueueDelivery>;
  readonly #visibilityMs: number;
  readonly #stored = new Map<string, Stored>();
  #receipts = 0;

  constructor({ visibilityMs = 30_000 }: { readonly visibilityMs?: number } = {}) {
    this.#visibilityMs = visibilityMs;
    this.leases = new Leases<QueueDelivery>({
      durationMs: visibilityMs,
      renew: async (batch) =>
        batch.map(({ subject, durationMs }) => ({
          kind: this.#hide(subject, durationMs) ? "renewed" : "lost",
        })),
    });
  }

  /** Messages that are neither handled nor given up. */
  get size(): number {
    return this.#stored.size;
  }

  send(id: string, key?: string): void {
    this.#stored.set(id, { id, key, body: id, receives: 0, receipt: 0, visibleAt: 0 });
  }

  /** Takes a message from the consumer that has it, as a redelivery to another process would. */
  steal(id: string): void {
    const stored = this.#stored.get(id);
    if (stored !== undefined) stored.receipt = -1;
  }

  async run(intake: Intake<QueueDelivery>, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    while (!signal.aborted) {
      try {
        const reservation = await intake.reserve({ atLeast: 1, atMost: 10 }, { signal });
        for (const delivery of this.#receive(reservation.remaining)) reservation.add(delivery);
        reservation.release();
        await sleep(5, { signal });
      } catch (thrown) {
        if (!signal.aborted) throw thrown;
      }
    }
  }

  settle(delivery: QueueDelivery, settlement: Settlement<QueueDelivery>): void {
    if (settlement.kind === "retry") this.#hide(delivery, settlement.afterMs);
    if (settlement.kind === "done" || settlement.kind === "dead-letter") this.#stored.delete(delivery.id);
  }

  release(deliveries: readonly QueueDelivery[]): void {
    for (const delivery of deliveries) this.#hide(delivery, 0);
  }

  close(): void {
    this.leases.endAll();
  }

  #receive(max: number): QueueDelivery[] {
    const now = performance.now();
    const isOut = ({ visibleAt }: Stored) => visibleAt > now;
    const locked = new Set([...this.#stored.values()].filter(isOut).map(({ key }) => key));
    const visible = [...this.#stored.values()].filter(
      (stored) => !isOut(stored) && (stored.key === undefined || !locked.has(stored.key)),
    );
    return visible.slice(0, max).map((stored) => {
      this.#receipts += 1;
      Object.assign(stored, {
        receipt: this.#receipts,
        receives: stored.receives + 1,
        visibleAt: now + this.#visibilityMs,
      });
      const { id, key, body, receipt, receives: attempt } = stored;
      const delivery = { id, key, body, receipt, attempt };
      return Object.assign(delivery, { lease: this.leases.start(delivery as QueueDelivery) });
    });
  }

  /** Makes a message visible after `forMs`; `false` when it is not this delivery's any more. */
  #hide({ id, receipt }: QueueDelivery, forMs: number): boolean {
    const stored = this.#stored.get(id);
    if (stored?.receipt !== receipt) return false;
    stored.visibleAt = performance.now() + forMs;
    return true;
  }
}
