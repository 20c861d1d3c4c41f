import { inspect } from "node:util";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { ApiRequest } from "@wirekit/devstack/aws";
import { encodeMessage, InvalidBodyError, ReceivedInvalidError, SQS } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";
import { type SqsFixture, startSqs } from "./sqs-fixture.ts";

let sqs: SqsFixture;
let bus: SQS;

beforeEach(async () => {
  sqs = await startSqs();
  bus = new SQS({ queueUrl: sqs.aws.endpointUrl, credentials: sqs.aws.credentials }, {});
});

afterEach(async () => {
  await bus.close();
  await sqs.close();
});

it("sends, receives the dictionary by its receipt handle, and deletes", async () => {
  const target = sqs.newQueue();
  const message = statusUpdate("R-1");
  expect(await bus.sendMessage(message, target)).toEqual({ target, messageId: expect.any(String) });
  const received = (await bus.receiveMessage(target)) ?? {};
  expect(Object.values(received)).toEqual([JSON.parse(encodeMessage(message))]);
  const [receiptHandle = ""] = Object.keys(received);
  await bus.deleteMessage(target, receiptHandle);
  await bus.deleteMessage(target, receiptHandle);
  expect(await sqs.aws.inspectQueue(target)).toEqual({ ready: [], inFlight: [], delayed: [] });
  expect(await bus.receiveMessage(target, { timeoutMs: 0 })).toBeUndefined();
});

it("hides what it has received from others, and gives it to two at once only where that is asked for", async () => {
  const target = sqs.newQueue();
  await bus.sendMessage(statusUpdate("R-1"), target);
  expect(await bus.receiveMessage(target, { visibilityTimeoutMs: 0 })).toBeDefined();
  expect(await bus.receiveMessage(target)).toBeDefined();
  expect(await bus.receiveMessage(target, { timeoutMs: 0 })).toBeUndefined();
});

it("gives every field as it stood on the wire, and kinds that this version does not know", async () => {
  const target = sqs.newQueue();
  const metaData = { source: "S", created_at: "now", token: "T", idempotency_key: "K", trace: 7 };
  const known = {
    meta_data: { ...metaData, instruction_type: "STATUS_UPDATE" },
    payload: { reference: "R", status: "S", extra: [1] },
  };
  const unknown = { meta_data: { ...metaData, event: "FROM_THE_FUTURE" }, payload: {} };
  for (const dictionary of [known, unknown]) {
    await bus.sendMessage(dictionary, target);
    expect(Object.values((await bus.receiveMessage(target)) ?? {})).toEqual([dictionary]);
  }
});

it.each(["not JSON: secret", '{"payload": "secret"}'])(
  "reports a body that is no message with all that is needed to keep and to delete it: %s",
  async (body) => {
    const target = sqs.newQueue();
    await sqs.sendText(body, target);
    const error = await bus.receiveMessage(target).catch((thrown) => thrown);
    expect(error instanceof ReceivedInvalidError).toBe(true);
    expect(error instanceof InvalidBodyError).toBe(true);
    expect(error.code).toBe("message-bus/invalid-body");
    expect(error.received).toMatchObject({ kind: "invalid", raw: body, target });
    expect(inspect(error, { depth: 20 }) + JSON.stringify(error)).not.toContain("secret");
    await bus.deleteMessage(target, error.received.receiptHandle);
    expect((await sqs.aws.inspectQueue(target)).inFlight).toEqual([]);
  },
);

it("throws what goes wrong, instead of saying that there is nothing", async () => {
  await expect(bus.receiveMessage("nowhere")).rejects.toMatchObject({ code: "aws/gone" });
});

it.each([
  [{ AWS_REGION: "eu-north-1" }, undefined, "eu-north-1"],
  [{}, undefined, "eu-west-1"],
  [{ AWS_REGION: "" }, undefined, "eu-west-1"],
  [{ AWS_REGION: "eu-north-1" }, "us-east-1", "us-east-1"],
])("signs for the region of %j, with the option %p: %s", async (env, region, expected) => {
  const target = sqs.newQueue();
  const signed: (string | undefined)[] = [];
  const when = ({ headers }: ApiRequest): boolean => {
    signed.push(headers.authorization);
    return false;
  };
  sqs.aws.faults.next({ kind: "reset", before: "apply" }, { when });
  const { endpointUrl: queueUrl, credentials } = sqs.aws;
  await using other = new SQS({ queueUrl, credentials, region }, env);
  await other.sendMessage(statusUpdate("R-1"), target);
  expect(signed).toEqual([expect.stringContaining(`/${expected}/sqs/aws4_request`)]);
});

it("gives the bus that does its work, for what the original does not have", async () => {
  const target = sqs.newQueue();
  await bus.bus.sendMany([statusUpdate("R-1")], { target });
  expect(bus.bus.stats()).toMatchObject({ sends: { delivered: 1 } });
});
