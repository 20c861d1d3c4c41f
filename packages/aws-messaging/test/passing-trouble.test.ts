import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { AwsMessaging, AwsMessagingOptions } from "../src/index.ts";
import { OrderPlaced, placedAt, startFixture, until } from "./messaging-fixture.ts";

const target = { topic: "orders", schema: OrderPlaced };

let fixture: Awaited<ReturnType<typeof startFixture>>;

beforeEach(async () => {
  fixture = await startFixture();
  await fixture.messaging().provision("orders");
});

afterEach(() => fixture.close());

/** Starts a consumer, waits for `trouble` in its health, and publishes what it is to handle after that. */
async function consume(trouble: string, options: Partial<AwsMessagingOptions> = {}): Promise<AwsMessaging> {
  // The shortest pauses that there are.
  const messaging = fixture.messaging({ random: () => 0, ...options });
  const handled: number[] = [];
  const consumer = messaging.consume({ ...target, waitTimeMs: 1_000 }, ({ n }) => handled.push(n));
  await until(() => messaging.health().reasons.some(({ message }) => message.includes(trouble)));
  expect(consumer.health().status).toBe("degraded");
  await fixture.messaging().publish(target, { n: 1, placed_at: placedAt });
  await until(() => handled.length === 1);
  expect(consumer.health()).toMatchObject({ status: "ok", reasons: [] });
  return messaging;
}

it.each(["GetQueueUrl", "ReceiveMessage"] as const)(
  "a consumer goes on after an outage of %s",
  async (action) => {
    fixture.aws.faults.next({ kind: "reset", before: "apply" }, { on: action, times: 3 });
    await consume("failed: ECONNRESET");
  },
);

it.each([
  ["GetQueueUrl", "InvalidSignatureException", 403],
  ["ReceiveMessage", "InvalidSignatureException", 403],
  ["ReceiveMessage", "SignatureDoesNotMatch", 403],
  ["GetQueueUrl", "ExpiredToken", 403],
  ["ReceiveMessage", "UnrecognizedClientException", 403],
  ["GetQueueUrl", "AccessDeniedException", 403],
  ["ReceiveMessage", "AccessDeniedException", 403],
  ["ReceiveMessage", "OverLimit", 403],
  ["ReceiveMessage", "KmsDisabled", 400],
  ["ReceiveMessage", "SomethingNew", 400],
] as const)("a consumer goes on after one %s that is answered with %s", async (action, code, status) => {
  fixture.aws.faults.next({ kind: "error", status, code }, { on: action });
  await consume(code);
});

it("a consumer goes on when the source of its credentials is back, which is named meanwhile", async () => {
  let calls = 0;
  const credentials = async () => {
    calls += 1;
    if (calls <= 3) throw new Error("connect ECONNREFUSED 169.254.170.2:80");
    // They expire at once, so that the source is asked again.
    return { ...fixture.aws.credentials, expiration: new Date() };
  };
  await consume("Asking for AWS credentials failed", { credentials });
  expect(calls).toBeGreaterThan(3);
});

it("a consumer ends after a few receives that a policy denies, and says so", async () => {
  const messaging = fixture.messaging({ random: () => 0 });
  fixture.aws.faults.next(
    { kind: "error", status: 403, code: "AccessDenied" },
    { on: "ReceiveMessage", times: 5 },
  );
  fixture.aws.resetCounts();
  const consumer = messaging.consume({ ...target, waitTimeMs: 1_000 }, () => {});
  await expect(consumer.closed).rejects.toMatchObject({ code: "aws/denied", isFinal: true });
  expect(fixture.aws.counts.ReceiveMessage).toBe(5);
  expect(messaging.health()).toMatchObject({ status: "degraded", reasons: [{ code: "aws/denied" }] });
});
