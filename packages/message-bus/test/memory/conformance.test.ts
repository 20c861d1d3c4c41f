import { describe, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { type ClientHarness, type ConformancePeer, clientConformance } from "@wirekit/core/testing";
import { MemoryMessageBus, type MessageConsumer } from "../../src/index.ts";

/** The bus is its own other side: it cannot be silent, and is never out of reach. */
interface NoPeer extends ConformancePeer {
  readonly buses: MemoryMessageBus[];
}

const startPeer = (): NoPeer => {
  const buses: MemoryMessageBus[] = [];
  return {
    buses,
    received: () => 0,
    become: () => {},
    close: async () => {
      await Promise.all(buses.map((bus) => bus.close({ timeoutMs: 0 })));
    },
  };
};

const harness: ClientHarness<MemoryMessageBus, NoPeer> = {
  startPeer,
  create: (_peer, overrides) => new MemoryMessageBus({ logger: silentLogger, ...overrides } as never),
  options: {
    durations: ["visibilityTimeoutMs"],
    numbers: ["maxMessages", "maxBytes", "maxRememberedEvents"],
    objects: ["logger", "clock"],
  },
};

describe("the contract of clients, kept by the bus in memory", () => {
  for (const { name, run } of clientConformance(harness)) it(name, run);
});

const consumerHarness: ClientHarness<MessageConsumer, NoPeer> = {
  startPeer,
  create: ({ buses }, { logger = silentLogger, ...overrides }) => {
    const bus = new MemoryMessageBus({ logger } as never);
    buses.push(bus);
    const consumer = bus.consume({ target: "payments", ...overrides } as never, () => {});
    void bus.sendText("not JSON", { target: "payments" });
    return consumer;
  },
  options: {
    durations: ["handlerTimeoutMs", "abandonAfterMs", "visibilityTimeoutMs", "retry.baseDelayMs"],
    numbers: ["concurrency", "retry.maxAttempts"],
    texts: ["target", "groupId"],
    functions: ["classify", "onProcessed"],
    objects: ["retry", "deadLetter", "idempotency"],
  },
  hooks: ["onProcessed"],
  listen: (consumer, listener) => {
    for (const name of ["processed", "fault", "recovered", "stopped"] as const) consumer.on(name, listener);
  },
};

describe("the contract of clients, kept by a consumer in memory", () => {
  for (const { name, run } of clientConformance(consumerHarness)) it(name, run);
});
