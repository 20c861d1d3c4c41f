import type { Clock } from "@wirekit/core";
import { type Intake, type Lease, LeaseLostError, type Settlement, type Source } from "@wirekit/core/inbound";
import { Leases } from "@wirekit/core/kit";
import type { BusDelivery } from "../consume-options.ts";
import type { ReceivedFacts } from "../received.ts";
import type { GroupQueue } from "./group-queue.ts";
import type { Delivery, Refusal } from "./memory-group.ts";

/** A delivery of the bus in memory, and what it takes to settle it. */
export interface MemoryDelivery extends BusDelivery {
  readonly sequence: number;
  readonly lease: Lease;
}

/** What a {@link MemorySource} is made of. */
export interface MemorySourceOptions {
  readonly group: GroupQueue;
  readonly visibilityTimeoutMs: number;
  readonly clock: Clock;
  /** What is known of a delivery; told to whoever watches, too. */
  readonly factsOf: (delivery: Delivery) => ReceivedFacts;
  /** Told when a message is acknowledged. */
  readonly onAcknowledged: (facts: ReceivedFacts) => void;
}

/**
 * Receives for a consumer from one group of the bus in memory, as a consumer of a queue receives from its
 * broker.
 */
export class MemorySource implements Source<MemoryDelivery> {
  readonly redelivery = "by-queue";
  readonly #options: MemorySourceOptions;
  readonly #leases: Leases<Delivery>;

  constructor(options: MemorySourceOptions) {
    const { group, visibilityTimeoutMs, clock } = options;
    this.#options = options;
    this.#leases = new Leases<Delivery>({
      durationMs: visibilityTimeoutMs,
      clock,
      renew: async (due) =>
        due.map(({ subject, durationMs }) => {
          const refusal = group.postpone(subject.stored.sequence, subject.attempt, durationMs);
          return refusal === undefined ? { kind: "renewed" } : { kind: "lost" };
        }),
    });
  }

  async run(intake: Intake<MemoryDelivery>, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    while (!signal.aborted) {
      try {
        const reservation = await intake.reserve({ atLeast: 1, atMost: 1 }, { signal });
        try {
          reservation.add(await this.#receive(signal));
        } finally {
          reservation.release();
        }
      } catch (thrown) {
        // The reason of the signal, or the bus was closed: either way nothing more is to come.
        if (signal.aborted) return;
        throw thrown;
      }
    }
  }

  settle(delivery: MemoryDelivery, settlement: Settlement<MemoryDelivery>): void {
    const { group, onAcknowledged } = this.#options;
    const { sequence, attempt, received } = delivery;
    // Given up, with nowhere to put it: it comes again when its time is over, as from a queue without a
    // redrive policy.
    if (settlement.kind === "leave") return;
    if (settlement.kind === "retry") {
      throwIfRefused(group.postpone(sequence, attempt, settlement.afterMs));
      return;
    }
    throwIfRefused(group.acknowledge(sequence, attempt));
    onAcknowledged(received);
  }

  release(deliveries: readonly MemoryDelivery[]): void {
    for (const { sequence, attempt } of deliveries) {
      // Where it is refused, somebody else has the message already, which is what was to be brought about.
      this.#options.group.postpone(sequence, attempt, 0);
    }
  }

  close(): void {
    this.#leases.endAll();
  }

  details(): Readonly<Record<string, unknown>> {
    const { unacknowledged, held } = this.#options.group;
    return { unacknowledged, held, leases: this.#leases.stats() };
  }

  async #receive(signal: AbortSignal): Promise<MemoryDelivery> {
    const { group, visibilityTimeoutMs, factsOf } = this.#options;
    const delivery = await group.receive({
      visibilityTimeoutMs,
      timeoutMs: Number.POSITIVE_INFINITY,
      signal,
    });
    if (delivery === undefined) throw new Error("a receive without a time-out has ended without a message");
    const { stored, attempt } = delivery;
    return {
      id: `${stored.sequence}`,
      key: stored.key,
      attempt,
      body: stored.text,
      bytes: stored.bytes,
      received: factsOf(delivery),
      sequence: stored.sequence,
      lease: this.#leases.start(delivery, { since: delivery.takenAtMs }),
    };
  }
}

function throwIfRefused(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new LeaseLostError("the message has been delivered again since");
}
