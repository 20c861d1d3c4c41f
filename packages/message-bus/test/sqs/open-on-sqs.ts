import type { ContractBus } from "../contract/contract-bus.ts";
import { startSqs } from "./sqs-fixture.ts";

/** Long enough that a busy machine renews leases in time. */
const visibilityTimeoutMs = 2_000;

/** SQS counts in whole seconds, and they pass here: a test may take so long, in milliseconds. */
export const testTimeoutMs = 120_000;

/** What queues are by nature. */
export const traits = { groups: "none", comesAgain: "when its time is over" } as const;

/** A bus for the contract, on queues of the embedded AWS whose names end in `suffix`. */
export async function openOnSqs(suffix: string): Promise<ContractBus> {
  const sqs = await startSqs();
  return {
    bus: sqs.open({ visibilityTimeoutMs }),
    newTarget: async () => sqs.newQueue(suffix),
    sendText: (text, { target, key }) => sqs.sendText(text, target, key),
    eventually: (outcome) => outcome,
    outlastVisibility: async () => {
      // Waits for SQS's own clock: until a message comes again that was received after all others, and held as long.
      const bus = sqs.open({ visibilityTimeoutMs });
      const target = sqs.newQueue();
      await sqs.sendText("canary", target);
      for (let receipt = 0; receipt < 2; receipt += 1) {
        const received = await bus.receiveMessage({ target, timeoutMs: 60_000 });
        if (received === undefined) throw new Error("the canary was not received");
      }
    },
    another: async () => sqs.open({ visibilityTimeoutMs }),
    close: () => sqs.close(),
  };
}
