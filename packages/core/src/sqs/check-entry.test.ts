import { describe, expect, it } from "@jest/globals";
import { FakeSqs } from "../../test/fake-sqs.ts";
import { silentLogger, ValidationError } from "../index.ts";
import type { SqsSendEntry } from "./sqs-api.ts";
import { createSqsSender } from "./sqs-sender.ts";
import { SqsSettler } from "./sqs-settler.ts";

const text = (StringValue: unknown, DataType: unknown = "String") => ({ DataType, StringValue });
const standard = "https://sqs.example.com/1/orders";
const fifo = `${standard}.fifo`;
const group = { MessageGroupId: "g" };

/** What neither SNS nor SQS carries, in whatever place it stands. */
const illegalTexts = [
  "",
  "cut \ud83d",
  "\udcf3 cut",
  "\0",
  "\u001b[1m",
  "\u000b",
  "\ufffe",
  "\uffff",
  null,
  7,
  {},
];

const cases: readonly (readonly [path: string, entry: object, queueUrl?: string])[] = [
  ...illegalTexts.flatMap((illegal) => [
    ["MessageBody", { MessageBody: illegal }] as const,
    ["MessageAttributes.a", { MessageAttributes: { a: text(illegal) } }] as const,
    ["MessageAttributes.a", { MessageAttributes: { a: text(illegal, "Number") } }] as const,
    ["MessageGroupId", { MessageGroupId: illegal }, fifo] as const,
    ["MessageDeduplicationId", { ...group, MessageDeduplicationId: illegal }, fifo] as const,
  ]),
  ...["", ".a", "a.", "a..b", "AWS.a", "amazon.a", "a b", "ä", "cut\ud83d", "x".repeat(257)].map(
    (name) =>
      [
        /^[a-z]\w*$/.test(name) && name.length < 258
          ? `MessageAttributes.${name}`
          : `MessageAttributes[${JSON.stringify(name)}]`,
        { MessageAttributes: { [name]: text("a") } },
      ] as const,
  ),
  ...[undefined, "", "Text", "string", "String.", "Number. a", 7].map(
    (type) =>
      ["MessageAttributes.a", { MessageAttributes: { a: { DataType: type, StringValue: "1" } } }] as const,
  ),
  ...[undefined, null, "text", new Uint8Array(), new DataView(new ArrayBuffer(1)), [1]].map(
    (BinaryValue) =>
      ["MessageAttributes.a", { MessageAttributes: { a: { DataType: "Binary", BinaryValue } } }] as const,
  ),
  ["MessageAttributes.a", { MessageAttributes: { a: null } }],
  [
    "MessageAttributes",
    { MessageAttributes: Object.fromEntries([..."abcdefghijk"].map((name) => [name, text("1")])) },
  ],
  ["MessageGroupId", { MessageGroupId: "with blank" }],
  ["MessageGroupId", { MessageGroupId: "x".repeat(129) }, fifo],
  ["MessageGroupId", {}, fifo],
  ["MessageDeduplicationId", { ...group, MessageDeduplicationId: "ü" }, fifo],
  ["MessageDeduplicationId", { MessageDeduplicationId: "d" }],
  ["DelaySeconds", { ...group, DelaySeconds: 1 }, fifo],
  ...[-1, 901, 0.5, Number.NaN, null, "1"].map((DelaySeconds) => ["DelaySeconds", { DelaySeconds }] as const),
];

describe("a message that SQS does not take", () => {
  it.each(cases)("is refused alone, naming %s: %j", async (path, wrong, queueUrl = standard) => {
    const sqs = new FakeSqs();
    const sender = createSqsSender({ sqs, queueUrl });
    const right = { MessageBody: "right", ...(queueUrl === fifo && { MessageGroupId: "h" }) };
    const outcomes = await Promise.all([
      sender.sendOutcome(right),
      sender.sendOutcome({ MessageBody: "b", ...wrong } as SqsSendEntry),
    ]);
    expect(outcomes).toMatchObject([
      { kind: "delivered" },
      { kind: "not-sent", error: { issues: [{ path }] } },
    ]);
    expect(outcomes[1]).toMatchObject({ error: expect.any(ValidationError) });
    expect(sqs.inputs("sendMessageBatch")).toHaveLength(1);
    await sender.close();
  });
});

it.each([
  { MessageBody: "\t\r\n ä€😀\ud7ff\ue000\ufffd" },
  { MessageBody: "b", MessageAttributes: { "a.B_-9": text("x"), n: text("1.5", "Number.money") } },
  { MessageBody: "b", MessageAttributes: { b: { DataType: "Binary.png", BinaryValue: Buffer.from([0]) } } },
  { MessageBody: "b", DelaySeconds: 900 },
  { MessageBody: "b", MessageGroupId: "fair" },
])("takes what SQS takes: %j", async (entry) => {
  const sqs = new FakeSqs();
  const sender = createSqsSender({ sqs, queueUrl: standard });
  await sender.send(entry as SqsSendEntry);
  expect(sqs.inputs("sendMessageBatch")).toMatchObject([{ Entries: [entry] }]);
  await sender.close();
});

it("sends the messages of a group on a standard queue together: they are one of SQS's fair queues", async () => {
  const sqs = new FakeSqs();
  const sender = createSqsSender({ sqs, queueUrl: standard });
  const sends = Array.from({ length: 100 }, () =>
    sender.send({ MessageBody: "b", MessageGroupId: "tenant" }),
  );
  await Promise.all(sends);
  expect(sqs.inputs("sendMessageBatch")).toHaveLength(10);
  await sender.close();
});

const settlers = (sqs: FakeSqs) =>
  new SqsSettler({ sqs, queueUrl: standard, lingerMs: 0, retry: {}, timeoutMs: 1_000, logger: silentLogger });

it.each([undefined, ...illegalTexts])("refuses %j for a receipt handle, alone", async (handle) => {
  const sqs = new FakeSqs();
  const settler = settlers(sqs);
  const wrong = { reason: { code: "wirekit/validation", issues: [{ path: "receiptHandle" }] } };
  const right = { status: "fulfilled" };
  const results = await Promise.allSettled([
    settler.delete("right"),
    settler.delete(handle as string),
    settler.changeVisibility("right", 1_000),
    settler.changeVisibility(handle as string, 1_000),
  ]);
  expect(results).toMatchObject([right, wrong, right, wrong]);
  await settler.close({ timeoutMs: 1_000 });
});

it.each([-1, Number.NaN, 43_200_001, null, undefined])(
  "refuses %j for a time of invisibility",
  async (ms) => {
    const settler = settlers(new FakeSqs());
    await expect(settler.changeVisibility("right", ms as number)).rejects.toMatchObject({
      issues: [{ path: "durationMs" }],
    });
    await settler.close({ timeoutMs: 1_000 });
  },
);

it.each(["deleteMessageBatch", "changeMessageVisibilityBatch"] as const)(
  "settles all but the one for which SQS refuses the whole request: %s",
  async (action) => {
    const sqs = new FakeSqs();
    const refusal = { name: "InvalidParameterValue", $metadata: { httpStatusCode: 400 } };
    const answer = async ({ Entries }: { Entries: readonly { Id: string; ReceiptHandle: string }[] }) => {
      if (Entries.some(({ ReceiptHandle }) => ReceiptHandle === "wrong")) throw refusal;
      return { Successful: Entries };
    };
    sqs.next(action, ...Array.from({ length: 9 }, () => answer));
    const settler = settlers(sqs);
    const settle = (handle: string) =>
      action === "deleteMessageBatch" ? settler.delete(handle) : settler.changeVisibility(handle, 1_000);
    const handles = ["1", "2", "3", "wrong", "5", "6"];
    const results = await Promise.allSettled(handles.map(settle));
    expect(results.map(({ status }) => status === "rejected")).toEqual(
      handles.map((handle) => handle === "wrong"),
    );
    expect(results[3]).toMatchObject({ reason: { code: "aws/sender", byOneEntry: true } });
    await settler.close({ timeoutMs: 1_000 });
  },
);
