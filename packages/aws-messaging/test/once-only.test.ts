import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import type { ConsumeIdempotency, EventConsumer } from "../src/index.ts";
import { OrderPlaced, placedAt, startFixture, until } from "./messaging-fixture.ts";

const target = { topic: "orders", schema: OrderPlaced };
const quick = { waitTimeMs: 1_000, retry: { baseDelayMs: 1, maxDelayMs: 1 } };
const event = (n: number) => ({ n, placed_at: placedAt });
const twice = { on: "ReceiveMessage" } as const;

let fixture: Awaited<ReturnType<typeof startFixture>>;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

async function open() {
  const messaging = fixture.messaging();
  await messaging.provision("orders");
  return messaging;
}

const settled = (consumer: EventConsumer, count: number) =>
  until(() => consumer.stats().handled + consumer.stats().left === count);

describe("a message that is delivered twice", () => {
  it("is handled twice, unless told otherwise", async () => {
    const messaging = await open();
    const handled: number[] = [];
    fixture.aws.faults.next({ kind: "duplicate" }, twice);
    const consumer = messaging.consume({ ...target, ...quick }, ({ n }) => void handled.push(n));
    await messaging.publish(target, event(1));
    await settled(consumer, 2);
    expect(handled).toEqual([1, 1]);
  });

  it.each(["raw", "wrapped"] as const)(
    "is handled once by its id where there is a store (%s)",
    async (delivery) => {
      const messaging = fixture.messaging();
      await messaging.provision("orders", { delivery });
      const handled: number[] = [];
      const idempotency = { store: new MemoryIdempotencyStore() };
      fixture.aws.faults.next({ kind: "duplicate" }, twice);
      const consumer = messaging.consume(
        { ...target, ...quick, idempotency },
        ({ n }) => void handled.push(n),
      );
      await messaging.publish(target, event(1));
      await settled(consumer, 2);
      expect(handled).toEqual([1]);
      expect(consumer.stats()).toMatchObject({ handled: 2, duplicates: 1 });
      const { ready, inFlight, delayed } = await fixture.aws.inspectQueue("test-orders-queue");
      expect([ready, inFlight, delayed]).toEqual([[], [], []]);
    },
  );

  it("is not taken for handled when its handler has failed", async () => {
    const messaging = await open();
    let calls = 0;
    const consumer = messaging.consume(
      { ...target, ...quick, idempotency: { store: new MemoryIdempotencyStore() } },
      () => {
        calls += 1;
        if (calls === 1) throw new Error("not now");
      },
    );
    await messaging.publish(target, event(1));
    await settled(consumer, 1);
    expect(calls).toBe(2);
    expect(consumer.stats()).toMatchObject({ handled: 1, retried: 1, duplicates: 0 });
  });
});

describe("an event that is published twice", () => {
  async function consumeTwo(idempotency: Omit<ConsumeIdempotency<{ n: number }>, "store">) {
    const messaging = await open();
    const handled: number[] = [];
    const consumer = messaging.consume(
      { ...target, ...quick, idempotency: { store: new MemoryIdempotencyStore(), ...idempotency } },
      ({ n }) => void handled.push(n),
    );
    await messaging.publish(target, event(1), { attributes: { order: "o-1" } });
    await messaging.publish(target, event(1), { attributes: { order: "o-1" } });
    await settled(consumer, 2);
    return { handled, stats: consumer.stats() };
  }

  it("has two ids, and is handled twice", async () => {
    const { handled } = await consumeTwo({});
    expect(handled).toEqual([1, 1]);
  });

  it.each<[string, ConsumeIdempotency<{ n: number }>["keyOf"]]>([
    ["the event", ({ n }) => `order-${n}`],
    ["its attributes", (_event, { attributes }) => String(attributes.order)],
  ])("is handled once by a key of %s", async (_, keyOf) => {
    const { handled, stats } = await consumeTwo({ keyOf });
    expect(handled).toEqual([1]);
    expect(stats).toMatchObject({ handled: 2, duplicates: 1 });
  });

  it("is handled as often as it comes where it has no key", async () => {
    const { handled, stats } = await consumeTwo({ keyOf: () => undefined });
    expect(handled).toEqual([1, 1]);
    expect(stats).toMatchObject({ handled: 2, duplicates: 0 });
  });
});

it("lets each queue handle an event once, with one store for all", async () => {
  const messaging = await open();
  await messaging.provision("audit");
  const idempotency = {
    store: new MemoryIdempotencyStore(),
    keyOf: ({ n }: { readonly n: number }) => `${n}`,
  };
  const handled: string[] = [];
  const consumers = ["orders", "audit"].map((topic) =>
    messaging.consume({ ...target, topic, ...quick, idempotency }, () => void handled.push(topic)),
  );
  await messaging.publish(target, event(1));
  await messaging.publish({ ...target, topic: "audit" }, event(1));
  for (const consumer of consumers) await settled(consumer, 1);
  expect(handled.sort()).toEqual(["audit", "orders"]);
});

it("names a claim that would run out while its handler runs", async () => {
  const messaging = await open();
  const idempotency = { store: new MemoryIdempotencyStore(), claimTtlMs: 1_000 };
  const consume = () =>
    messaging.consume({ ...target, ...quick, handlerTimeoutMs: 1_000, idempotency }, () => {});
  expect(consume).toThrow(ConfigError);
  expect(consume).toThrow("idempotency.claimTtlMs");
});
