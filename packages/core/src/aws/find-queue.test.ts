import { expect, it } from "@jest/globals";
import type { SqsLookup } from "../sqs/sqs-api.ts";
import { findQueueUrl } from "./find-queue.ts";

const url = "https://sqs.example.com/1/orders";
const requestTimeoutMs = 1_000;
const unavailable = { name: "ServiceUnavailable", $metadata: { httpStatusCode: 503 } };

function sqsThat(...answers: (() => ReturnType<SqsLookup["getQueueUrl"]>)[]) {
  const inputs: object[] = [];
  const getQueueUrl: SqsLookup["getQueueUrl"] = (input) => {
    inputs.push(input);
    const next = answers.shift();
    return next === undefined ? Promise.resolve({ QueueUrl: url }) : next();
  };
  return { inputs, getQueueUrl };
}

it("asks by name, by name and owner, or not at all", async () => {
  const sqs = sqsThat();
  await findQueueUrl(sqs, "orders", { requestTimeoutMs });
  await findQueueUrl(sqs, "arn:aws-iso:sqs:us-iso-east-1:123456789012:orders", { requestTimeoutMs });
  expect(await findQueueUrl(sqs, url, { requestTimeoutMs })).toBe(url);
  expect(sqs.inputs).toEqual([
    { QueueName: "orders" },
    { QueueName: "orders", QueueOwnerAWSAccountId: "123456789012" },
  ]);
});

it("tells of each failure", async () => {
  const sqs = sqsThat(...Array.from({ length: 20 }, () => () => Promise.reject(unavailable)));
  const told: string[] = [];
  const found = await findQueueUrl(sqs, "orders", {
    requestTimeoutMs,
    retry: { maxAttempts: 21, baseDelayMs: 0 },
    onTrouble: ({ code }) => told.push(code),
  });
  expect(found).toBe(url);
  expect(told).toEqual(Array.from({ length: 20 }, () => "aws/transient"));
});

it("ends at once where the queue is gone, and where the answer holds no URL", async () => {
  const gone = { name: "QueueDoesNotExist", $metadata: { httpStatusCode: 400 } };
  for (const answer of [() => Promise.reject(gone), async () => ({}), async () => ({ QueueUrl: "" })]) {
    const sqs = sqsThat(answer);
    await expect(findQueueUrl(sqs, "orders", { requestTimeoutMs })).rejects.toMatchObject({
      code: "aws/gone",
      details: { queue: "orders" },
      // Whatever is to be sent to the queue has not left.
      request: "unsent",
    });
    expect(sqs.inputs).toHaveLength(1);
  }
});

it("ends with the signal's own reason, also while a request hangs", async () => {
  const stop = new AbortController();
  const sqs = sqsThat(() => {
    queueMicrotask(() => stop.abort(new Error("stop")));
    return new Promise(() => {});
  });
  const looking = findQueueUrl(sqs, "orders", { requestTimeoutMs, signal: stop.signal });
  await expect(looking).rejects.toThrow("stop");
});

it("gives up a request that hangs, and asks again", async () => {
  const sqs = sqsThat(() => new Promise(() => {}));
  expect(await findQueueUrl(sqs, "orders", { requestTimeoutMs: 1, retry: { baseDelayMs: 0 } })).toBe(url);
});

it("says of a request that hung to the end that AWS could not be reached", async () => {
  const sqs = sqsThat(() => new Promise(() => {}));
  const looking = findQueueUrl(sqs, "orders", { requestTimeoutMs: 1, retry: { maxAttempts: 1 } });
  await expect(looking).rejects.toMatchObject({ code: "aws/transient", attempts: 1 });
});
