// Sends orders to the queues of the load, so many a second, and writes down what became of each.
import { GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createSqsSender } from "@wirekit/core/sqs";
import { answerLines } from "../programs/answer-lines.ts";
import { enter } from "./ledger.ts";
import { memoryInUse } from "./memory.ts";
import { fromEnvironment, type Order } from "./order.ts";
import { sqsForSending } from "./sqs-for-sending.ts";
import { startTicking } from "./ticking.ts";

const { url, region, queues, ledger } = fromEnvironment(process.env);
const groups = 7;
/** Some are given up when they could not be sent soon; all others are sent for as long as it takes. */
const impatientEach = 10;
const impatienceMs = 1_500;
const patience = { maxAttempts: 1_000, maxElapsedMs: 600_000, baseDelayMs: 100, maxDelayMs: 1_000 };

const client = new SQSClient({
  endpoint: url,
  region,
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
  maxAttempts: 1,
});
const senders = await Promise.all(
  queues.map(async (queue) => {
    const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
    const options = {
      queueUrl: QueueUrl,
      retry: patience,
      flushTimeoutMs: 5_000,
      whenFull: "reject",
    } as const;
    return { queue, sender: createSqsSender({ sqs: sqsForSending(client), ...options }) };
  }),
);
let n = 0;
let stopTicking = () => {};
const open = new Set<Promise<void>>();

function sendOne(): void {
  const number = n++;
  for (const { queue, sender } of senders) {
    const order: Order = { n: number, group: `g${number % groups}`, sentAt: Date.now() };
    const entry = {
      MessageBody: JSON.stringify(order),
      ...(queue.endsWith(".fifo") && { MessageGroupId: order.group, MessageDeduplicationId: String(number) }),
    };
    const waiting = number % impatientEach === 0 ? { timeoutMs: impatienceMs } : {};
    const sent = sender.sendOutcome(entry, waiting).then((outcome) => {
      if (outcome.kind === "delivered")
        enter(ledger, { is: "accepted", queue, n: number, group: order.group });
      else enter(ledger, { is: "not-accepted", queue, n: number, outcome: outcome.kind });
      open.delete(sent);
    });
    open.add(sent);
  }
}

answerLines({
  ready: () => true,
  memory: memoryInUse,
  /** The number that the next order will have. */
  next: () => n,
  start: ({ perSecond }: { readonly perSecond: number }) => {
    stopTicking = startTicking(perSecond, sendOne);
  },
  /** Sends no more, and resolves when everything that was sent has its outcome. */
  stop: async () => {
    stopTicking();
    while (open.size > 0) await Promise.all(open);
    await Promise.all(senders.map(({ sender }) => sender.close()));
    return { sent: n };
  },
});
