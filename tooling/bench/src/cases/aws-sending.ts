import * as sdk from "@aws-sdk/client-sqs";
import { bindSqs, endingByTimeOut, withoutRequestLog } from "@wirekit/core/aws";
import { createSqsSender } from "@wirekit/core/sqs";
import { type BenchmarkCase, comparisonTable } from "../harness/benchmark-case.ts";
import { compare } from "../harness/compare.ts";
import { judgeLimit, judgeRatio, requestsOf } from "../harness/goals.ts";
import type { SqsSetup } from "../servers/sqs-server.ts";
import { forEachInFlight } from "./in-flight.ts";
import { inTens, sampleOrders } from "./sample-order.ts";

const operations = 5_000;
const inFlight = 8;
const flushTimeoutMs = 30_000;
const names = { ours: "createSqsSender", loop: "SendMessageBatch by hand" };

/** Single sends to a queue, all called at once, beside a loop that was written for batches. */
export const awsSending = ({ needs, startServer }: SqsSetup): BenchmarkCase => ({
  name: "aws-sending",
  needs,
  async run({ rounds }) {
    const server = await startServer();
    const sqs = new sdk.SQSClient(server.clientSettings);
    // As the packages bind it that send over SQS.
    const ending = endingByTimeOut({ ...server.clientSettings, requestHandler: {} }, flushTimeoutMs);
    const batches = withoutRequestLog(new sdk.SQSClient(ending));
    try {
      const orders = sampleOrders(operations);
      const { QueueUrl = "" } = await sqs.send(new sdk.CreateQueueCommand({ QueueName: "orders" }));
      const prepare = async () => {
        await sqs.send(new sdk.PurgeQueueCommand({ QueueUrl }));
      };
      const sender = createSqsSender({
        sqs: bindSqs(sdk, sqs, { batches }),
        queueUrl: QueueUrl,
        maxInFlight: inFlight,
        flushTimeoutMs,
      });
      const contenders = [
        {
          name: names.ours,
          prepare,
          run: async () => {
            await Promise.all(orders.map((order) => sender.send({ MessageBody: JSON.stringify(order) })));
          },
        },
        {
          name: names.loop,
          prepare,
          run: () =>
            forEachInFlight(inTens(orders), inFlight, async (ten) => {
              const Entries = ten.map((order, index) => ({
                Id: String(index),
                MessageBody: JSON.stringify(order),
              }));
              const { Failed = [] } = await sqs.send(new sdk.SendMessageBatchCommand({ QueueUrl, Entries }));
              if (Failed.length > 0) throw new Error("a message was not taken");
            }),
        },
      ];
      const traffic = () => server.traffic(["SendMessageBatch", "SendMessage"]);
      const measured = await compare(contenders, { rounds, operations, traffic });
      await sender.close();
      const requests = requestsOf(measured, names.ours);
      return {
        name: "aws-sending",
        server: server.description,
        title: `${operations.toLocaleString("en")} single sends, ${inFlight} requests in flight`,
        ...comparisonTable(measured, { peer: names.loop, unit: "sends", serverTime: "shown" }),
        goals: [
          ...(requests === undefined
            ? []
            : [
                judgeLimit(`requests for ${operations} sends`, requests, {
                  most: operations / 10,
                  unit: "requests",
                }),
              ]),
          judgeRatio({ contender: names.ours, peer: names.loop, atLeast: 0.9 }, measured),
        ],
        notes: [
          `${names.ours}: asks a client that ends its requests by a time limit, without a signal, as our packages do`,
          `${names.loop}: retries no entry, and has its messages in tens already`,
        ],
        results: measured,
      };
    } finally {
      sqs.destroy();
      batches.destroy();
      await server.close();
    }
  },
});
