import { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { UnconfirmedError } from "@wirekit/core";
import * as z from "zod";
import {
  type AwsMessagingOptions,
  type BodyStore,
  localKeyring,
  messageCipher,
  type S3BodyStore,
  s3BodyStore,
} from "../src/index.ts";
import { recordingLogger, startFixture, until } from "./messaging-fixture.ts";

const Report = z.object({ text: z.string() });
const target = { topic: "reports", schema: Report };
const queue = "test-reports-queue";
const quick = { waitTimeMs: 1_000, retry: { baseDelayMs: 1, maxDelayMs: 1 } };
const large = { text: "€".repeat(100_000) };
const bucket = "bodies";

let fixture: Awaited<ReturnType<typeof startFixture>>;
let s3: S3;
let store: S3BodyStore;

beforeEach(async () => {
  fixture = await startFixture();
  const { endpointUrl, regionName: region, credentials } = fixture.aws;
  s3 = new S3({ endpoint: endpointUrl, region, credentials, forcePathStyle: true });
  await s3.createBucket({ Bucket: bucket });
  store = s3BodyStore({ bucket, config: fixture.config });
});

afterEach(async () => {
  store.close();
  s3.destroy();
  await fixture.close();
});

const keys = async () => ((await s3.listObjectsV2({ Bucket: bucket })).Contents ?? []).map(({ Key }) => Key);

async function start(parts: Partial<AwsMessagingOptions> = {}, delivery: "raw" | "wrapped" = "raw") {
  const messaging = fixture.messaging({ largeBodies: { store }, ...parts });
  await messaging.provision("reports", { delivery });
  return messaging;
}

describe("a body over the limit", () => {
  it.each(["raw", "wrapped"] as const)(
    "travels by S3, and is handled as any other (%s)",
    async (delivery) => {
      const messaging = await start({}, delivery);
      await messaging.publish(target, large, { attributes: { tenant: "t-1" } });
      await messaging.publish(target, { text: "small" });
      expect(await keys()).toHaveLength(1);
      const received: unknown[] = [];
      messaging.consume(
        { ...target, ...quick },
        ({ text }, { metadata }) => void received.push([text.length, metadata.attributes]),
      );
      await until(() => received.length === 2);
      expect(received).toEqual(
        expect.arrayContaining([
          [100_000, { tenant: "t-1" }],
          [5, {}],
        ]),
      );
      expect(await keys()).toHaveLength(1);
    },
  );

  it("is a pointer in the queue, as AWS's Extended Client Libraries write it", async () => {
    const messaging = await start();
    await messaging.publish(target, large);
    const [key] = await keys();
    expect((await fixture.aws.inspectQueue(queue)).ready).toEqual([
      `["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"bodies","s3Key":"${key}"}]`,
    ]);
  });

  it("is read as AWS's Extended Client Library for Java leaves it by default", async () => {
    const messaging = await start();
    const Key = "0b4e9a3c-1f52-4a0e-9d3c-7a6f5e4d3c2b";
    await s3.putObject({ Bucket: bucket, Key, Body: JSON.stringify(large) });
    const { endpointUrl: endpoint, regionName: region, credentials } = fixture.aws;
    const sqs = new SQS({ endpoint, region, credentials });
    await sqs.sendMessage({
      QueueUrl: `${endpoint}/${queue}`,
      MessageBody: `["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"bodies","s3Key":"${Key}"}]`,
      MessageAttributes: { SQSLargePayloadSize: { DataType: "Number", StringValue: "300011" } },
    });
    sqs.destroy();
    const received: unknown[] = [];
    messaging.consume({ ...target, ...quick }, ({ text }, { metadata }) =>
      received.push([text.length, metadata.attributes]),
    );
    await until(() => received.length === 1);
    expect(received).toEqual([[100_000, {}]]);
  });

  it("is encrypted before it is stored", async () => {
    const cipherKeys = localKeyring({ keys: { k: new Uint8Array(32) }, currentKeyId: "k" });
    const encryption = messageCipher({ keys: cipherKeys });
    const messaging = await start({ encryption });
    await messaging.publish(target, large);
    const [Key] = await keys();
    const stored = await (await s3.getObject({ Bucket: bucket, Key })).Body?.transformToString();
    expect(stored).not.toContain("text");
    const received: number[] = [];
    messaging.consume({ ...target, ...quick }, ({ text }) => void received.push(text.length));
    await until(() => received.length === 1);
    expect(received).toEqual([100_000]);
  });

  it("is deleted once it was handled, where that is asked for, and not before", async () => {
    const messaging = await start({ largeBodies: { store, afterHandling: "delete" } });
    await messaging.publish(target, large);
    let calls = 0;
    let seen: unknown[] = [];
    const consumer = messaging.consume({ ...target, ...quick }, async () => {
      calls += 1;
      seen = await keys();
      if (calls === 1) throw new Error("try again");
    });
    await until(() => consumer.stats().handled === 1);
    expect([calls, seen.length]).toEqual([2, 1]);
    expect(await keys()).toEqual([]);
  });

  it("that is not there makes its message invalid; without a store every pointer does", async () => {
    const messaging = await start();
    await messaging.publish(target, large);
    await store.delete({ bucket, key: String((await keys())[0]) });
    const codes: unknown[] = [];
    // A long poll that was dropped may take a message with it, which comes again after this time.
    const brief = { ...target, ...quick, visibilityTimeoutMs: 1_000 };
    const consumer = messaging.consume(brief, () => undefined);
    consumer.on("processed", ({ outcome, error }) => codes.push([outcome, error?.code]));
    await until(() => codes.length === 1);
    await consumer.close();
    expect(codes).toEqual([["invalid", "aws-messaging/invalid-message"]]);

    const without = fixture.messaging();
    await messaging.publish(target, large);
    const other = without.consume({ ...target, ...quick }, () => undefined);
    const outcomes: unknown[] = [];
    other.on("processed", ({ outcome, error }) => outcomes.push([outcome, error?.message]));
    await until(() => outcomes.length > 0);
    expect(outcomes[0]).toEqual(["invalid", expect.stringContaining("largeBodies")]);
  });

  it("that cannot be had for now is tried again, and does not make its message invalid", async () => {
    const messaging = await start();
    await messaging.publish(target, large);
    fixture.aws.faults.next(
      { kind: "error", status: 403, code: "AccessDenied" },
      { when: ({ path }) => path.startsWith(`/${bucket}/`) },
    );
    const outcomes: unknown[] = [];
    const consumer = messaging.consume({ ...target, ...quick }, () => undefined);
    consumer.on("processed", ({ outcome, error }) => outcomes.push([outcome, error?.code]));
    await until(() => consumer.stats().handled === 1);
    expect(outcomes).toEqual([
      ["retried", "aws-messaging/processing"],
      ["handled", undefined],
    ]);
  });
});

describe("a message that is not sent", () => {
  const refused = {
    kind: "fail-entries",
    which: () => true,
    code: "InvalidParameter",
    senderFault: true,
  } as const;

  it("leaves no body behind", async () => {
    const messaging = await start();
    fixture.aws.faults.next(refused, { on: "PublishBatch" });
    await expect(messaging.publish(target, large)).rejects.toMatchObject({ code: "aws/sender" });
    await messaging.close();
    expect(await keys()).toEqual([]);
  });

  it("leaves none when its caller gives up while the body is on its way", async () => {
    let arrive = (): void => undefined;
    const stored = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const slow: BodyStore = {
      ...store,
      put: async (pointer, body) => {
        await stored;
        await store.put(pointer, body);
      },
    };
    const messaging = await start({ largeBodies: { store: slow } });
    const caller = new AbortController();
    const publishing = messaging.publish(target, large, { signal: caller.signal });
    caller.abort(new Error("enough"));
    await expect(publishing).rejects.toThrow("enough");
    arrive();
    await messaging.close();
    expect(await keys()).toEqual([]);
  });

  it("keeps the body where its answer was lost, since it may have arrived, and says where", async () => {
    const logger = recordingLogger();
    const messaging = await start({ logger });
    fixture.aws.faults.next({ kind: "reset", before: "answer" }, { on: "PublishBatch", times: 4 });
    await expect(messaging.publish(target, large)).rejects.toBeInstanceOf(UnconfirmedError);
    await messaging.close();
    const [key] = await keys();
    expect(logger.lines.filter((line) => line.includes("may have arrived"))).toEqual([
      expect.stringContaining(String(key)),
    ]);
  });

  it("says where the body is that could not be deleted", async () => {
    const logger = recordingLogger();
    const stuck: BodyStore = { ...store, delete: () => Promise.reject(new Error("no such right")) };
    const messaging = await start({ logger, largeBodies: { store: stuck, afterHandling: "delete" } });
    fixture.aws.faults.next(refused, { on: "PublishBatch" });
    await expect(messaging.publish(target, large)).rejects.toMatchObject({ code: "aws/sender" });
    await messaging.publish(target, large);
    const consumer = messaging.consume({ ...target, ...quick }, () => undefined);
    await until(() => consumer.stats().handled === 1);
    await messaging.close();
    expect(await keys()).toHaveLength(2);
    expect(logger.lines.filter((line) => line.includes("could not be deleted"))).toHaveLength(2);
  });

  it("is not begun where the body cannot be stored", async () => {
    const deleted: unknown[] = [];
    const full: BodyStore = {
      ...store,
      put: () => Promise.reject(new Error("full")),
      delete: async (pointer) => void deleted.push(pointer),
    };
    const messaging = await start({ largeBodies: { store: full } });
    await expect(messaging.publish(target, large)).rejects.toThrow("full");
    expect(deleted).toHaveLength(1);
    expect((await fixture.aws.inspectQueue(queue)).ready).toEqual([]);
  });

  it("is refused where its attributes leave no room for the pointer", async () => {
    const messaging = await start();
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`a${n}`, "x"]));
    await expect(messaging.publish(target, large, { attributes: ten })).rejects.toMatchObject({
      issues: [{ path: "attributes" }],
    });
    const huge = { attributes: { note: "x".repeat(262_144) } };
    await expect(messaging.publish(target, large, huge)).rejects.toMatchObject({
      code: "wirekit/message-too-large",
    });
    expect(await keys()).toEqual([]);
  });
});
