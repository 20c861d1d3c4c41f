import { getEventListeners } from "node:events";
import { expect, it } from "@jest/globals";
import type { EventConsumer } from "./event-consumer.ts";
import { runConsumers } from "./run-consumers.ts";

it("listens once to a signal, however many calls run under it, and not at all when they have ended", async () => {
  const controller = new AbortController();
  let closed = 0;
  const consumer = {
    closed: new Promise<void>(() => undefined),
    close: async () => {
      closed += 1;
    },
  } as unknown as EventConsumer;
  const runs = Array.from({ length: 12 }, () => runConsumers([() => consumer], controller.signal));
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
  controller.abort();
  await Promise.all(runs);
  expect(closed).toBe(12);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});
