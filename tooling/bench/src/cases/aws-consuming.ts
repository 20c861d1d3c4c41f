import { setTimeout as pause } from "node:timers/promises";
import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AwsMessaging } from "@wirekit/aws-messaging";
import { Consumer as SqsConsumer } from "sqs-consumer";
import { type BenchmarkCase, type CaseReport, comparisonTable } from "../harness/benchmark-case.ts";
import { type Contender, compare, type Measured } from "../harness/compare.ts";
import { judgeLimit, judgeRatio, requestsOf, type Verdict } from "../harness/goals.ts";
import type { SqsServer, SqsSetup } from "../servers/sqs-server.ts";
import { forEachInFlight } from "./in-flight.ts";
import { inTens, Order, sampleOrders } from "./sample-order.ts";

const slots = 100;
const slowMs = 500;
const names = { ours: "AwsMessaging.consume", peer: "sqs-consumer" };
const actions = [
  "ReceiveMessage",
  "DeleteMessage",
  "DeleteMessageBatch",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
];

type Handle = (order: Order) => Promise<void>;

/** A queue that is full, emptied by handlers that have nothing to wait for. */
export const awsConsuming = (setup: SqsSetup): BenchmarkCase => ({
  name: "aws-consuming",
  needs: setup.needs,
  run: ({ rounds }) =>
    consumeAll(setup, {
      name: "aws-consuming",
      rounds,
      operations: 5_000,
      handle: async () => {},
      atLeast: 2,
      title: "a handler that is done at once",
      note: "",
    }),
});

/** The same, and one handler in ten takes half a second. */
export const awsConsumingSlow = (setup: SqsSetup): BenchmarkCase => ({
  name: "aws-consuming-slow",
  needs: setup.needs,
  run: ({ rounds }) =>
    consumeAll(setup, {
      name: "aws-consuming-slow",
      rounds: Math.min(rounds, 3),
      operations: 5_000,
      // A tenth of the messages for it: five thousand would take it more than four minutes a round.
      peerOperations: 500,
      handle: async ({ slow }) => {
        if (slow) await pause(slowMs);
      },
      atLeast: 5,
      title: `one message in ten takes ${slowMs} ms`,
      note: `at most 3 rounds, and 500 messages for ${names.peer}: it waits for the slowest of each ten, half a second`,
    }),
});

interface Consuming {
  readonly name: string;
  readonly rounds: number;
  readonly operations: number;
  readonly peerOperations?: number;
  readonly handle: Handle;
  readonly atLeast: number;
  readonly title: string;
  readonly note: string;
}

async function consumeAll({ startServer }: SqsSetup, consuming: Consuming): Promise<CaseReport> {
  const { name, rounds, operations, peerOperations = operations, handle, atLeast, title, note } = consuming;
  const server = await startServer();
  const sqs = new SQSClient(server.clientSettings);
  const messaging = new AwsMessaging(server.config);
  try {
    let runs = 0;
    let queue = "";
    let queueUrl = "";
    // A queue for each run: a long poll that was dropped at the end of one would take ten messages of the
    // next to nobody.
    const prepare = async (count: number) => {
      runs += 1;
      queue = `orders-${runs}`;
      const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: queue }));
      queueUrl = QueueUrl;
      await fill(sqs, queueUrl, count);
    };
    const contenders: readonly Contender[] = [
      {
        name: names.ours,
        prepare: () => prepare(operations),
        run: () => consumeWithSlots(messaging, { queue, operations, handle }),
      },
      {
        name: names.peer,
        operations: peerOperations,
        prepare: () => prepare(peerOperations),
        run: () => consumeWithPeer(server, { QueueUrl: queueUrl, operations: peerOperations, handle }),
      },
    ];
    const traffic = () => server.traffic(actions);
    const measured = await compare(contenders, { rounds, operations, traffic });
    const counted = requestsOf(measured, names.ours) !== undefined;
    return {
      name,
      server: server.description,
      title: `${operations.toLocaleString("en")} messages, ${slots} slots; ${title}`,
      ...comparisonTable(measured, { peer: names.peer, unit: "messages", serverTime: "shown" }),
      goals: [
        ...requestGoal(measured, operations),
        judgeRatio({ contender: names.ours, peer: names.peer, atLeast }, measured),
      ],
      notes: [
        `${names.peer}: version 14.2, batchSize 10, handleMessage; one consumer, as its documentation begins`,
        ...(counted ? ["requests: receives, deletes and changes of visibility"] : []),
        ...(note === "" ? [] : [note]),
      ],
      results: measured,
    };
  } finally {
    await messaging.close();
    sqs.destroy();
    await server.close();
  }
}

function requestGoal(measured: readonly Measured[], operations: number): readonly Verdict[] {
  const requests = requestsOf(measured, names.ours);
  if (requests === undefined) return [];
  return [
    judgeLimit("requests per 1,000 messages", (requests * 1000) / operations, {
      most: 210,
      unit: "requests",
    }),
  ];
}

async function fill(sqs: SQSClient, QueueUrl: string, count: number): Promise<void> {
  await forEachInFlight(inTens(sampleOrders(count)), 8, async (ten) => {
    const Entries = ten.map((order, index) => ({ Id: String(index), MessageBody: JSON.stringify(order) }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  });
}

/** Ends when the queue has confirmed that the last message is deleted. */
async function consumeWithSlots(
  messaging: AwsMessaging,
  { queue, operations, handle }: Pick<Consuming, "operations" | "handle"> & { readonly queue: string },
): Promise<void> {
  const consumer = messaging.consume({ queue, schema: Order, concurrency: slots }, handle);
  await new Promise<void>((resolve, reject) => {
    let handled = 0;
    consumer.on("processed", ({ outcome, error }) => {
      if (outcome !== "handled") return reject(new Error(`a message was ${outcome}`, { cause: error }));
      handled += 1;
      if (handled === operations) resolve();
    });
    consumer.closed.catch(reject);
  });
  await consumer.close();
}

async function consumeWithPeer(
  { clientSettings }: SqsServer,
  { QueueUrl, operations, handle }: Pick<Consuming, "operations" | "handle"> & { readonly QueueUrl: string },
): Promise<void> {
  const sqs = new SQSClient(clientSettings);
  const consumer = SqsConsumer.create({
    queueUrl: QueueUrl,
    sqs,
    batchSize: 10,
    handleMessage: async (message) => {
      await handle(Order.parse(JSON.parse(message.Body ?? "")));
      return message;
    },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let handled = 0;
      consumer.on("message_processed", () => {
        handled += 1;
      });
      // It waits for the deletes of ten before it receives the next ten.
      consumer.on("response_processed", () => {
        if (handled >= operations) resolve();
      });
      consumer.on("error", reject);
      consumer.on("processing_error", reject);
      consumer.start();
    });
  } finally {
    const stopped = new Promise((resolve) => consumer.once("stopped", resolve));
    consumer.stop({ abort: true });
    await stopped;
    sqs.destroy();
  }
}
