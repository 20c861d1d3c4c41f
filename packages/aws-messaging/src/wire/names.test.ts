import { expect, it } from "@jest/globals";
import {
  deadLetterQueueNameFor,
  isFifoTopic,
  nameOf,
  queueNameFor,
  readReference,
  topicNameFor,
} from "./names.ts";

it("derives topic and queue from the topic's logical name and the environment", () => {
  expect(topicNameFor("user-events", "prod")).toBe("prod-user-events");
  expect(queueNameFor("user-events", "prod")).toBe("prod-user-events-queue");
});

it("tells a FIFO topic by what it is mapped to", () => {
  const topicMap = { orders: "arn:aws:sns:eu-west-1:123456789012:orders.fifo", "old.fifo": "new" };
  expect(["orders", "old.fifo", "other.fifo", "other"].map((topic) => isFifoTopic(topic, topicMap))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

it("leaves prefix and hyphen out when there is no environment", () => {
  expect(topicNameFor("user-events", undefined)).toBe("user-events");
  expect(queueNameFor("user-events", undefined)).toBe("user-events-queue");
});

it("keeps the suffix of a FIFO topic last", () => {
  expect(topicNameFor("orders.fifo", "prod")).toBe("prod-orders.fifo");
  expect(queueNameFor("orders.fifo", "prod")).toBe("prod-orders-queue.fifo");
  expect(deadLetterQueueNameFor("prod-orders-queue.fifo")).toBe("prod-orders-queue-dead-letters.fifo");
  expect(deadLetterQueueNameFor("prod-user-events-queue")).toBe("prod-user-events-queue-dead-letters");
});

it.each([
  ["arn:aws:sns:eu-west-1:123456789012:t", "arn"],
  ["https://sqs.eu-west-1.amazonaws.com/123456789012/q", "url"],
  ["http://127.0.0.1:9324/000000000000/q", "url"],
  ["prod-user-events", "name"],
])("tells that %s is a %s", (text, kind) => {
  expect(readReference(text).kind).toBe(kind);
});

it("finds the resource's own name in ARN and URL", () => {
  expect(nameOf("arn:aws:sns:eu-west-1:123456789012:orders.fifo")).toBe("orders.fifo");
  expect(nameOf("http://127.0.0.1:9324/000000000000/q")).toBe("q");
  expect(nameOf("q")).toBe("q");
});
