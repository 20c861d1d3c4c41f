import { silentLogger } from "@wirekit/core";
import { ManualClock } from "@wirekit/core/testing";
import { MemoryMessageBus } from "../../src/index.ts";
import type { ContractBus } from "../contract/contract-bus.ts";
import { describeMessageBusContract } from "../contract/message-bus-contract.ts";

const visibilityTimeoutMs = 1_000;
/** Longer than anything in the contract takes; what is not there by then never comes. */
const limitMs = 3_600_000;

describeMessageBusContract("the bus in memory", openInMemory, {
  groups: "independent",
  comesAgain: "when its time is over",
});

async function openInMemory(): Promise<ContractBus> {
  const clock = new ManualClock();
  const bus = new MemoryMessageBus({ clock, visibilityTimeoutMs, logger: silentLogger });
  let targets = 0;

  async function eventually<T>(outcome: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    outcome.then(settled, settled);
    const startMs = clock.monotonic();
    while (!isSettled) {
      if (clock.monotonic() - startMs > limitMs) throw new Error("it has not come to pass within an hour");
      await clock.advance(10);
    }
    return outcome;
  }

  return {
    bus,
    newTarget: async () => {
      targets += 1;
      return `target-${targets}`;
    },
    sendText: (text, options) => bus.sendText(text, options),
    eventually,
    outlastVisibility: () => clock.advance(2 * visibilityTimeoutMs),
    another: async () => bus,
    close: async () => {
      await eventually(bus.close());
    },
  };
}
