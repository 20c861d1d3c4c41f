import { describe, expect, it } from "@jest/globals";
import { MessageTooLargeError } from "@wirekit/core";
import * as z from "zod";
import { ValidationFailedError } from "../errors.ts";
import { prepareEntry } from "./prepare-entry.ts";
import type { PublishOptions } from "./publish-options.ts";

const schema = z.object({ n: z.number() });
const context = { maxMessageBytes: 262_144, cipher: undefined };
const prepare = async (options: PublishOptions, topic = "orders") =>
  prepareEntry({ topic, schema }, { n: 1 }, options, context);

it("makes an entry of body, attributes, subject, group and deduplication id", async () => {
  const options = {
    attributes: { tenant: "t-1", priority: 5, raw: new Uint8Array([1]) },
    subject: "New order",
    groupId: "g",
    deduplicationId: "d",
  };
  await expect(prepare(options, "orders.fifo")).resolves.toMatchObject({
    entry: {
      Message: '{"n":1}',
      Subject: "New order",
      MessageGroupId: "g",
      MessageDeduplicationId: "d",
      MessageAttributes: {
        tenant: { DataType: "String", StringValue: "t-1" },
        priority: { DataType: "Number", StringValue: "5" },
        raw: { DataType: "Binary", BinaryValue: new Uint8Array([1]) },
      },
    },
  });
});

it("takes group, deduplication id, attributes and type from the definition, where the call says nothing", async () => {
  const definition = {
    topic: "orders.fifo",
    schema,
    discriminator: { attribute: "type", value: "placed" },
    attributes: () => ({ tenant: "t-1" }),
    groupId: ({ n }: { n: number }) => `g-${n}`,
    deduplicationId: ({ n }: { n: number }) => `d-${n}`,
  };
  const { entry } = await prepareEntry(definition, { n: 1 }, {}, context);
  expect(entry).toMatchObject({ MessageGroupId: "g-1", MessageDeduplicationId: "d-1" });
  expect(Object.keys(entry.MessageAttributes ?? {})).toEqual(["type", "tenant"]);
  const called = await prepareEntry(
    definition,
    { n: 1 },
    { groupId: "own", deduplicationId: "own" },
    context,
  );
  expect(called.entry).toMatchObject({ MessageGroupId: "own", MessageDeduplicationId: "own" });
});

describe("refuses what SNS would refuse, or SQS lose, and names it:", () => {
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, "x"]));
  it.each<[string, PublishOptions, string]>([
    ["attributes", { attributes: eleven }, "orders"],
    ["attributes.aws.name", { attributes: { "aws.name": "x" } }, "orders"],
    ["attributes.a..b", { attributes: { "a..b": "x" } }, "orders"],
    ["attributes.empty", { attributes: { empty: "" } }, "orders"],
    ["attributes.empty", { attributes: { empty: new Uint8Array() } }, "orders"],
    ["attributes.count", { attributes: { count: Number.NaN } }, "orders"],
    ["groupId", {}, "orders.fifo"],
    ["groupId", { groupId: "with blanks" }, "orders.fifo"],
    ["deduplicationId", { groupId: "g", deduplicationId: "x".repeat(129) }, "orders.fifo"],
    ["subject", { subject: "" }, "orders"],
    ["subject", { subject: "zwei\nZeilen" }, "orders"],
  ])("%s", async (path, options, topic) => {
    const refused = await prepare(options, topic).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ValidationFailedError);
    expect(refused).toMatchObject({ issues: expect.arrayContaining([expect.objectContaining({ path })]) });
  });
});

it("names the size of a message that is too large, and the limit", async () => {
  const target = { topic: "orders", schema: z.object({ text: z.string() }) };
  const prepared = async () =>
    prepareEntry(target, { text: "€".repeat(10) }, {}, { ...context, maxMessageBytes: 40 });
  const refused = await prepared().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(MessageTooLargeError);
  expect(refused).toMatchObject({
    code: "wirekit/message-too-large",
    details: { bytes: 41, maxBytes: 40 },
    message: expect.stringMatching(/41 bytes.*at most 40/),
  });
});

it.each([
  ["an integer that JSON has no room for", () => ({ n: 1n })],
  ["nothing at all", () => undefined],
])("refuses %s, which its schema lets through", async (_what, makeEvent) => {
  const prepared = async () =>
    prepareEntry({ topic: "orders", schema: z.unknown() }, makeEvent(), {}, context);
  await expect(prepared()).rejects.toMatchObject({ issues: [{ message: "cannot be written as JSON" }] });
});
