import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { numbers, OrderPlaced, placedAt, startFixture } from "./messaging-fixture.ts";

let fixture: Awaited<ReturnType<typeof startFixture>>;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

it("asks for the topic once, and shares requests, when the first publishes are called at once", async () => {
  const { aws, messaging } = fixture;
  await messaging().provision("orders");
  aws.resetCounts();
  const publisher = messaging();
  const target = { topic: "orders", schema: OrderPlaced };
  await Promise.all(numbers(42).map((n) => publisher.publish(target, { n, placed_at: placedAt })));
  expect(aws.counts).toEqual({ ListTopics: 1, PublishBatch: 5 });
});
