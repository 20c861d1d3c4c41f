import { AssertionError } from "node:assert/strict";
import { describe, expect, it } from "@jest/globals";
import type { Intake, Settlement } from "../../src/inbound/index.ts";
import { sourceConformance } from "../../src/testing/index.ts";
import { type QueueDelivery, QueueSource } from "../simulated-queue.ts";
import { QueuePlace } from "./queue-place.ts";
import { SqsPlace } from "./sqs-place.ts";

describe("a source over a queue", () => {
  for (const { name, run } of sourceConformance(() => new QueuePlace())) it(name, run);
});

class NeverAcknowledges extends QueueSource {
  override async settle(delivery: QueueDelivery, settlement: Settlement<QueueDelivery>): Promise<void> {
    if (settlement.kind !== "done") await super.settle(delivery, settlement);
  }
}

class RetriesAtOnce extends QueueSource {
  override settle(delivery: QueueDelivery, settlement: Settlement<QueueDelivery>): Promise<void> {
    return super.settle(delivery, settlement.kind === "retry" ? { kind: "retry", afterMs: 0 } : settlement);
  }
}

class RetriesByAcknowledging extends QueueSource {
  override settle(delivery: QueueDelivery, settlement: Settlement<QueueDelivery>): Promise<void> {
    return super.settle(delivery, settlement.kind === "retry" ? { kind: "done" } : settlement);
  }
}

class AcknowledgesWhatIsLeft extends QueueSource {
  override settle(delivery: QueueDelivery, settlement: Settlement<QueueDelivery>): Promise<void> {
    return super.settle(delivery, settlement.kind === "leave" ? { kind: "done" } : settlement);
  }
}

class AcknowledgesEarly extends QueueSource {
  override run(intake: Intake<QueueDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    const early: Intake<QueueDelivery> = Object.create(intake, {
      reserve: {
        value: async (...request: Parameters<Intake<QueueDelivery>["reserve"]>) => {
          const reservation = await intake.reserve(...request);
          return Object.create(reservation, {
            remaining: { get: () => reservation.remaining },
            release: { value: () => reservation.release() },
            add: {
              value: (delivery: QueueDelivery) => {
                void super.settle(delivery, { kind: "done" });
                reservation.add(delivery);
              },
            },
          });
        },
      },
    });
    return super.run(early, options);
  }
}

class WaitsForFullBatches extends QueueSource {
  override run(intake: Intake<QueueDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    const strict: Intake<QueueDelivery> = Object.create(intake, {
      reserve: {
        value: (_: unknown, waiting: { readonly signal: AbortSignal }) =>
          intake.reserve({ atLeast: 5 }, waiting),
      },
      recovered: { value: intake.recovered.bind(intake) },
      fault: { value: intake.fault.bind(intake) },
    });
    return super.run(strict, options);
  }
}

class AcknowledgesWhatItReleases extends QueueSource {
  override async release(deliveries: readonly QueueDelivery[]): Promise<void> {
    for (const delivery of deliveries) await super.settle(delivery, { kind: "done" });
  }
}

class PollsToTheEnd extends QueueSource {
  override async run(
    intake: Intake<QueueDelivery>,
    options: { readonly signal: AbortSignal },
  ): Promise<void> {
    await super.run(intake, options);
    await new Promise((resolve) => this.clock.setTimer(() => resolve(undefined), 20_000));
  }
}

class EndsOnAFault extends QueueSource {
  override run(intake: Intake<QueueDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      const strict: Intake<QueueDelivery> = Object.create(intake, {
        reserve: { value: intake.reserve.bind(intake) },
        recovered: { value: intake.recovered.bind(intake) },
        fault: { value: reject },
      });
      super.run(strict, options).then(resolve, reject);
    });
  }
}

class NeverRecovers extends QueueSource {
  override run(intake: Intake<QueueDelivery>, options: { readonly signal: AbortSignal }): Promise<void> {
    const silent: Intake<QueueDelivery> = Object.create(intake, {
      reserve: { value: intake.reserve.bind(intake) },
      fault: { value: intake.fault.bind(intake) },
      recovered: { value: () => undefined },
    });
    return super.run(silent, options);
  }
}

class SaysWhatJsonCannotHold extends QueueSource {
  details(): Readonly<Record<string, unknown>> {
    return { lag: 7n };
  }
}

describe("the source for SQS", () => {
  for (const { name, run } of sourceConformance(() => new SqsPlace())) it(name, run);
});

describe("the suite notices a source that", () => {
  const cases = {
    once: "acknowledges each message that was handled, once",
    retry: "delivers a message again not before its time, and nothing of its key before it",
    deadLetter: "acknowledges a dead letter once it is written, and never before",
    leave: "never acknowledges what is given up without a place for dead letters",
    slots: "fills the slots beside one that stays taken",
    release: "gives back what was not begun, so that the next consumer gets it, in order",
    ends: "ends at once where there is nothing to do, in the middle of a poll",
    details: "says of its own state what JSON can hold",
    fault: "goes on after a request that failed",
  };

  it.each<[string, typeof QueueSource, string]>([
    ["never acknowledges", NeverAcknowledges, cases.once],
    ["retries at once", RetriesAtOnce, cases.retry],
    ["acknowledges instead of retrying", RetriesByAcknowledging, cases.retry],
    ["acknowledges a dead letter before it is written", AcknowledgesEarly, cases.deadLetter],
    ["acknowledges what is given up", AcknowledgesWhatIsLeft, cases.leave],
    ["waits for room for a full batch", WaitsForFullBatches, cases.slots],
    ["acknowledges what it should give back", AcknowledgesWhatItReleases, cases.release],
    ["waits for its poll", PollsToTheEnd, cases.ends],
    ["says of itself what JSON cannot hold", SaysWhatJsonCannotHold, cases.details],
    ["ends on a fault that may pass", EndsOnAFault, cases.fault],
    ["never tells that it has recovered", NeverRecovers, cases.fault],
  ])("%s", async (_, Source, caughtBy) => {
    class BrokenPlace extends QueuePlace {
      override makeSource(): QueueSource {
        return new Source(this.queue, this.sourceOptions());
      }
    }
    const found = sourceConformance(() => new BrokenPlace()).find(({ name }) => name === caughtBy);
    await expect(found?.run()).rejects.toBeInstanceOf(AssertionError);
  });
});
