import { describe, it } from "@jest/globals";
import { type Consumer, type ConsumerOptions, createConsumer } from "../../src/inbound/index.ts";
import { ConnectionError, silentLogger, systemClock } from "../../src/index.ts";
import {
  type ClientHarness,
  type ConformancePeer,
  clientConformance,
  type PeerBehaviour,
} from "../../src/testing/index.ts";
import { type QueueDelivery, QueueSource, SimulatedQueue } from "../simulated-queue.ts";

/** A queue that works, is silent, or refuses. */
class QueuePeer implements ConformancePeer {
  readonly queue = new SimulatedQueue(systemClock);
  readonly source = new QueueSource(this.queue, {
    clock: systemClock,
    pollMs: 5,
    onRequest: async () => {
      if (this.#behaviour === "silent") await new Promise<never>(() => {});
      if (this.#behaviour !== "works") throw new ConnectionError("the queue is down");
    },
  });
  #behaviour: PeerBehaviour = "works";

  constructor() {
    for (const name of ["a", "b", "c"]) this.queue.send(name);
  }

  received(): number {
    return this.queue.deleted.length;
  }

  become(behaviour: PeerBehaviour): void {
    this.#behaviour = behaviour;
  }
}

const harness: ClientHarness<Consumer<QueueDelivery>, QueuePeer> = {
  startPeer: () => new QueuePeer(),
  create: (peer, overrides) => {
    const options = { source: peer.source, decode: () => "hello", logger: silentLogger, ...overrides };
    return createConsumer(options as ConsumerOptions<QueueDelivery>, () => undefined);
  },
  options: {
    durations: [
      "handlerTimeoutMs",
      "abandonAfterMs",
      "settleTimeoutMs",
      "retry.baseDelayMs",
      "retry.maxDelayMs",
    ],
    numbers: ["concurrency", "capacity", "retry.maxAttempts"],
    functions: ["decode", "classify", "span", "isSpanOn", "onProcessed", "random"],
    objects: ["source", "retry", "deadLetter", "idempotency", "logger", "clock"],
  },
  hooks: ["onProcessed"],
  listen: (consumer, listener) => {
    for (const name of ["processed", "fault", "recovered", "stopped"] as const) consumer.on(name, listener);
  },
};

describe("a consumer", () => {
  for (const { name, run } of clientConformance(harness)) it(name, run);
});
