import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "@jest/globals";
import { silentLogger, systemClock } from "@wirekit/core";
import { Deadline, Troubles } from "@wirekit/core/kit";
import type { SqsApi, SqsMessage } from "@wirekit/core/sqs";
import { scale } from "@wirekit/test-support/scale";
import * as z from "zod";
import { awsMessagingConfig } from "../src/config.ts";
import type { AwsClients } from "../src/connection/clients.ts";
import type { SnsApi } from "../src/connection/sns-api.ts";
import { DeadLetterWriter } from "../src/consuming/dead-letter-writer.ts";
import { startConsumer } from "../src/consuming/event-consumer.ts";
import { SubscriptionRegistry } from "../src/consuming/subscriptions.ts";
import { Publisher } from "../src/publishing/publisher.ts";
import { until } from "./messaging-fixture.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const count = scale({ small: 10_000, full: 200_000 });
const wave = 1_000;
/** At full size 40 bytes a message: less than the smallest object that could be kept for each. */
const mostGrowth = 8 * 1024 * 1024;

/** A topic whose messages are in its queue at once: what is measured is what this package keeps. */
function topicInMemory(): AwsClients {
  const queue: SqsMessage[] = [];
  let ids = 0;
  const sns: Partial<SnsApi> = {
    async publishBatch({ PublishBatchRequestEntries: entries }) {
      for (const { Message: Body } of entries) {
        ids += 1;
        queue.push({ MessageId: `m-${ids}`, ReceiptHandle: `r-${ids}`, Body });
      }
      return { Successful: entries.map(({ Id }) => ({ Id, MessageId: `m-${Id}` })) };
    },
  };
  const agree = async ({ Entries }: { readonly Entries: readonly { readonly Id: string }[] }) => ({
    Successful: Entries.map(({ Id }) => ({ Id })),
  });
  const sqs: Partial<SqsApi> = {
    async receiveMessage({ MaxNumberOfMessages }) {
      await new Promise(setImmediate);
      return { Messages: queue.splice(0, MaxNumberOfMessages) };
    },
    deleteMessageBatch: agree,
    changeMessageVisibilityBatch: agree,
  };
  return {
    sns: async () => sns as SnsApi,
    sqs: async () => sqs as SqsApi,
    sqsAdmin: async () => ({ getQueueUrl: async () => ({ QueueUrl: "https://sqs.example.com/1/orders" }) }),
    close: () => undefined,
  } as unknown as AwsClients;
}

it(`keeps nothing of messages that are done: the heap after ${count} of them is what it was`, async () => {
  const common = {
    config: awsMessagingConfig({ regionName: "eu-west-1", accountId: "123456789012", logger: silentLogger }),
    clients: topicInMemory(),
    troubles: new Troubles(systemClock),
    audit: undefined,
  };
  const schema = z.object({ n: z.number(), text: z.string() });
  const publisher = new Publisher(common);
  const registry = new SubscriptionRegistry().subscribe("orders", schema, () => undefined);
  const consumer = startConsumer(
    { topic: "orders" },
    (message) => registry.find("orders", message),
    { concurrency: 50, maxReceives: 4, settleLingerMs: 0, issues: [] },
    { ...common, deadLetters: new DeadLetterWriter(common) },
  );
  let published = 0;
  const run = async (messages: number) => {
    const end = published + messages;
    while (published < end) {
      const target = { topic: "orders", schema };
      const sent = Array.from({ length: wave }, (_, n) =>
        publisher.publish({ target, event: { n, text: "x".repeat(200) }, options: {} }),
      );
      await Promise.all(sent);
      published += wave;
      await until(() => consumer.stats().handled === published);
    }
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = await run(5 * wave);
  const after = await run(count);
  await consumer.close();
  await publisher.close(new Deadline(1_000, systemClock));
  expect(after - before).toBeLessThan(mostGrowth);
}, 600_000);
