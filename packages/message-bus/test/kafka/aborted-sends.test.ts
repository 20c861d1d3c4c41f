import { describe, expect, it, jest } from "@jest/globals";
import { TimeoutError, UnconfirmedError } from "@wirekit/core";
import { until } from "@wirekit/core/testing";
import type { Kafka as Broker } from "@wirekit/devstack/kafka";
import { statusUpdate } from "../contract/messages.ts";
import { openBroker, openBus } from "./open-bus.ts";
import { readTopic } from "./read-topic.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const target = "payments";
const reason = new Error("enough");

async function open() {
  const broker = await openBroker({ topics: { [target]: 1 } });
  const bus = openBus(broker);
  await bus.sendMessage(statusUpdate("R-0"), { target });
  return { broker, bus };
}

async function storedIn(broker: Broker): Promise<readonly string[]> {
  const records = await readTopic(broker, target);
  return records.map(({ value }) => /R-\d/.exec(value)?.[0] ?? value);
}

describe("a send that is aborted", () => {
  it("is unconfirmed once its request is out, and the message may have arrived", async () => {
    const { broker, bus } = await open();
    const before = broker.counts.requests.Produce;
    broker.faults.next({ kind: "no-answer" }, { on: "Produce" });
    const controller = new AbortController();
    const sending = bus.sendMessage(statusUpdate("R-1"), { target, signal: controller.signal });
    const many = bus.sendMany([statusUpdate("R-2")], { target, signal: controller.signal });
    await until(() => broker.counts.requests.Produce > before);
    controller.abort(reason);
    const error: unknown = await sending.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnconfirmedError);
    expect((error as Error).cause).toBe(reason);
    expect(await many).toMatchObject([{ kind: "unconfirmed" }]);
    expect(bus.stats().sends).toMatchObject({ delivered: 1, unconfirmed: 2 });
    expect(await storedIn(broker)).toEqual(["R-0", "R-1", "R-2"]);
  });

  it("never left while another request is under way, and is not sent later", async () => {
    const { broker, bus } = await open();
    const before = broker.counts.requests.Produce;
    broker.faults.next({ kind: "hold", before: "apply", forMs: 300 }, { on: "Produce" });
    const first = bus.sendMessage(statusUpdate("R-1"), { target });
    await until(() => broker.counts.requests.Produce > before);
    const controller = new AbortController();
    const second = bus.sendMessage(statusUpdate("R-2"), { target, signal: controller.signal });
    const late = bus.sendMessage(statusUpdate("R-3"), { target, timeoutMs: 1 });
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    await expect(late).rejects.toBeInstanceOf(TimeoutError);
    await first;
    await bus.sendMessage(statusUpdate("R-4"), { target });
    expect(bus.stats().sends).toMatchObject({ delivered: 3, notSent: 1, expired: 1, unconfirmed: 0 });
    expect(await storedIn(broker)).toEqual(["R-0", "R-1", "R-4"]);
  });

  it("never left while its topic is looked up", async () => {
    const broker = await openBroker({ topics: { [target]: 1 } });
    const bus = openBus(broker);
    broker.faults.next({ kind: "no-answer" }, { on: "Metadata" });
    const controller = new AbortController();
    const sending = bus.sendMessage(statusUpdate("R-1"), { target, signal: controller.signal });
    await until(() => broker.counts.requests.Metadata > 0);
    controller.abort(reason);
    await expect(sending).rejects.toBe(reason);
    expect(await storedIn(broker)).toEqual([]);
  });

  it("is unconfirmed when its time is over while its request is out", async () => {
    const { broker, bus } = await open();
    broker.faults.next({ kind: "no-answer" }, { on: "Produce" });
    const sending = bus.sendMessage(statusUpdate("R-1"), { target, timeoutMs: 300 });
    const error: unknown = await sending.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnconfirmedError);
    expect((error as Error).cause).toBeInstanceOf(TimeoutError);
    expect(await storedIn(broker)).toEqual(["R-0", "R-1"]);
  });
});
