import { expect, it } from "@jest/globals";
import { systemClock } from "@wirekit/core";
import { findQueue, queueDisplayName } from "./queue-directory.ts";

const asked: unknown[] = [];
const sqs = {
  getQueueUrl: async (input: { readonly QueueName: string }) => {
    asked.push(input);
    return {
      QueueUrl:
        input.QueueName === "without-url" ? undefined : `https://sqs.example.com/1/${input.QueueName}`,
    };
  },
};
const config = {
  clock: systemClock,
  random: Math.random,
  environment: "prod",
  requestTimeoutMs: 1_000,
  queueMap: {
    byUrl: "https://sqs.example.com/1/mapped",
    byArn: "arn:aws:sqs:eu-west-1:123456789012:mapped",
    byName: "mapped",
  },
};
const urlOf = (queue: string) => findQueue({ queue }, config, { sqs, retry: { maxAttempts: 1 } });

it("finds a topic's queue by the rule, and a queue by its own name", async () => {
  await expect(findQueue({ topic: "orders" }, config, { sqs, retry: {} })).resolves.toBe(
    "https://sqs.example.com/1/prod-orders-queue",
  );
  await expect(urlOf("orders")).resolves.toBe("https://sqs.example.com/1/orders");
  expect(queueDisplayName({ queue: "byArn" }, config)).toBe("mapped");
});

it("lets the map win, whether it maps to URL, ARN or name", async () => {
  await expect(urlOf("byName")).resolves.toBe("https://sqs.example.com/1/mapped");
  asked.length = 0;
  await expect(urlOf("byArn")).resolves.toBe("https://sqs.example.com/1/mapped");
  expect(asked).toEqual([{ QueueName: "mapped", QueueOwnerAWSAccountId: "123456789012" }]);
  asked.length = 0;
  await expect(urlOf("byUrl")).resolves.toBe("https://sqs.example.com/1/mapped");
  expect(asked).toEqual([]);
});

it("takes an answer without a URL for a queue that does not exist", async () => {
  await expect(urlOf("without-url")).rejects.toMatchObject({
    code: "aws/gone",
  });
});
