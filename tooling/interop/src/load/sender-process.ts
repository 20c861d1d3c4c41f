// Sends orders to the queues of the load, so many a second, and writes down what became of each.
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createSqsSender } from "@wirekit/core/sqs";
import { fromEnvironment } from "./order.ts";
import { serveSender } from "./serve-sender.ts";
import { sqsForSending } from "./sqs-for-sending.ts";

const settings = fromEnvironment(process.env);
/** Some are given up when they could not be sent soon; all others are sent for as long as it takes. */
const impatientEach = 10;
const impatienceMs = 1_500;
const patience = { maxAttempts: 1_000, maxElapsedMs: 600_000, baseDelayMs: 100, maxDelayMs: 1_000 };

const client = new SQSClient({
  endpoint: settings.url,
  region: settings.region,
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
  maxAttempts: 1,
});
const senders = new Map(
  await Promise.all(settings.queues.map(async (queue) => [queue, await senderTo(queue)] as const)),
);

serveSender(settings, {
  send: async (order, queue) => {
    const entry = {
      MessageBody: JSON.stringify(order),
      ...(queue.endsWith(".fifo") && {
        MessageGroupId: order.group,
        MessageDeduplicationId: String(order.n),
      }),
    };
    const waiting = order.n % impatientEach === 0 ? { timeoutMs: impatienceMs } : {};
    return (await senders.get(queue)?.sendOutcome(entry, waiting)) ?? { kind: "nothing" };
  },
  close: () => Promise.all([...senders.values()].map((sender) => sender.close())),
});

async function senderTo(queue: string): Promise<ReturnType<typeof createSqsSender>> {
  const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
  return createSqsSender({
    sqs: sqsForSending(client),
    queueUrl: QueueUrl,
    retry: patience,
    flushTimeoutMs: 5_000,
    whenFull: "reject",
  });
}
