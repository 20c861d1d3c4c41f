import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { silentLogger, ValidationError } from "@wirekit/core";
import { type AwsServer, startAws } from "@wirekit/devstack/aws";
import * as z from "zod";
import { AwsMessaging, type PublishOptions } from "../src/index.ts";
import { numbers } from "./messaging-fixture.ts";

let aws: AwsServer;
let messaging: AwsMessaging;

beforeAll(async () => {
  aws = await startAws();
  const { regionName, endpointUrl, credentials, accountId } = aws;
  messaging = new AwsMessaging({ regionName, endpointUrl, credentials, accountId, logger: silentLogger });
  for (const topic of ["checked", "texts", "orders", "orders.fifo", "tenants"])
    await messaging.provision(topic);
});

beforeEach(() => {
  aws.faults.clear();
  aws.resetCounts();
});

afterAll(async () => {
  await messaging.close();
  await aws.close();
});

/** A topic of each test's own. */
const to = (topic: string) => ({ topic, schema: z.object({ n: z.number(), text: z.string().optional() }) });
const fifo = { ...to("orders.fifo"), deduplicationId: ({ n }: { n: number }) => `d-${n}` };

const arrived = async (queue: string) =>
  (await aws.inspectQueue(queue)).ready.map((body) => (JSON.parse(body) as { n: number }).n);

describe("a publish that SNS or the SDK cannot carry", () => {
  const attribute = (value: unknown) => ({ attributes: { a: value } }) as PublishOptions;
  const eleven = Object.fromEntries(numbers(11).map((n) => [`a${n}`, "1"]));
  it.each<[string, object]>([
    ["attributes.a", attribute("cut \ud83d")],
    ["attributes.a", attribute("\udcf3 cut")],
    ["attributes.a", attribute("\u0000")],
    ["attributes.a", attribute("\uffff")],
    ["attributes.a", attribute("")],
    ["attributes.a", attribute(null)],
    ["attributes.a", attribute(true)],
    ["attributes.a", attribute({})],
    ["attributes.a", attribute(new Date(0))],
    ["attributes.a", attribute([1])],
    ["attributes.a", attribute(Number.POSITIVE_INFINITY)],
    ["attributes.a", attribute(1e127)],
    ["attributes.a", attribute(-1e-129)],
    ["attributes.a", attribute(new Uint8Array())],
    ["attributes.cut\ud83d", { attributes: { "cut\ud83d": "x" } }],
    ["attributes.a b", { attributes: { "a b": "x" } }],
    ["attributes", { attributes: eleven }],
    ["groupId", { groupId: "cut\ud83d" }],
    ["groupId", { groupId: "" }],
    ["groupId", { groupId: 7 }],
    ["groupId", { groupId: "x".repeat(129) }],
    ["deduplicationId", { deduplicationId: "for FIFO only" }],
    ["subject", { subject: "cut\ud83d" }],
    ["subject", { subject: 7 }],
    ["subject", { subject: " blank first" }],
  ])("fails alone, naming %s: %j", async (path, options) => {
    const outcomes = await Promise.allSettled(
      numbers(10).map((n) => messaging.publish(to("checked"), { n }, n === 4 ? options : {})),
    );
    expect(outcomes.map(({ status }) => status === "rejected")).toEqual(numbers(10).map((n) => n === 4));
    expect(outcomes[4]).toMatchObject({ reason: { issues: [{ path }], details: { topic: "checked" } } });
    expect(outcomes[4]).toMatchObject({ reason: expect.any(ValidationError) });
    expect(aws.counts).toEqual({ PublishBatch: 1 });
    expect(messaging.health()).toEqual({ status: "ok", reasons: [] });
  });
});

it("carries in a body whatever JSON can say", async () => {
  const text = "\ud83d \u0000 \uffff \ufffe \u{10ffff} </Message>&amp;";
  const received: unknown[] = [];
  const consumer = messaging.consume({ ...to("texts"), waitTimeMs: 0 }, ({ text: came }) =>
    received.push(came),
  );
  const handled = new Promise((resolve) => consumer.on("processed", resolve));
  await messaging.publish(to("texts"), { n: 1, text });
  await handled;
  await consumer.close();
  expect(received).toEqual([text]);
});

describe("a request that SNS refuses as a whole", () => {
  const refuse = (code: string, status = 400) =>
    aws.faults.next(
      { kind: "error", status, code },
      { times: Number.POSITIVE_INFINITY, when: ({ body }) => body.includes("spoilt") },
    );
  const publishTen = (target: ReturnType<typeof to>, groupOf: (n: number) => string | undefined) =>
    Promise.allSettled(
      numbers(10).map((n) =>
        messaging.publish(target, { n, text: n === 7 ? "spoilt" : "fine" }, { groupId: groupOf(n) }),
      ),
    );

  it("for one message delivers the others", async () => {
    refuse("InvalidParameter");
    const outcomes = await publishTen(to("orders"), () => undefined);
    expect(outcomes.map(({ status }) => status === "rejected")).toEqual(numbers(10).map((n) => n === 7));
    expect(outcomes[7]).toMatchObject({
      reason: { code: "aws/sender", fault: "InvalidParameterException", retryable: false, attempts: 1 },
    });
    expect((await arrived("orders-queue")).sort()).toEqual(numbers(10).filter((n) => n !== 7));
  });

  it("on a FIFO topic sends one half after the other, in order", async () => {
    refuse("InvalidParameter");
    const outcomes = await publishTen(fifo, (n) => `g-${n}`);
    expect(outcomes.map(({ status }) => status === "rejected")).toEqual(numbers(10).map((n) => n === 7));
    expect(await arrived("orders-queue.fifo")).toEqual(numbers(10).filter((n) => n !== 7));
  });

  it.each([
    ["AuthorizationError", 403],
    ["SignatureDoesNotMatch", 403],
    ["InvalidClientTokenId", 403],
    ["NotFound", 404],
  ])("with %s is not sent in halves", async (code, status) => {
    refuse(code, status);
    const outcomes = await publishTen(to("orders"), () => undefined);
    expect(outcomes.every((outcome) => outcome.status === "rejected")).toBe(true);
    expect(aws.counts).toEqual({ PublishBatch: 1 });
    await messaging.publish(to("orders"), { n: 0 });
  });
});

it("publishes 100 messages of one group to a standard topic in ten requests: it is a fair queue's", async () => {
  await Promise.all(numbers(100).map((n) => messaging.publish(to("tenants"), { n }, { groupId: "t" })));
  expect(aws.counts).toEqual({ PublishBatch: 10 });
  expect(await arrived("tenants-queue")).toHaveLength(100);
});
