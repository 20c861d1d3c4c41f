import { CreateTopicCommand, PublishBatchCommand, SNSClient } from "@aws-sdk/client-sns";
import { AwsMessaging } from "@wirekit/aws-messaging";
import { type BenchmarkCase, comparisonTable } from "../harness/benchmark-case.ts";
import { compare } from "../harness/compare.ts";
import { judgeLimit, judgeRatio, requestsOf } from "../harness/goals.ts";
import { startAwsProcess } from "../servers/aws-process.ts";
import { forEachInFlight } from "./in-flight.ts";
import { inTens, Order, sampleOrders } from "./sample-order.ts";

const operations = 5_000;
const inFlight = 8;
const names = { ours: "AwsMessaging.publish", loop: "PublishBatch by hand" };

/**
 * Single publishes, all called at once, beside a loop that was written for batches. Nobody is subscribed to
 * the topic.
 */
export const awsPublishing: BenchmarkCase = {
  name: "aws-publishing",
  async run({ rounds }) {
    const server = await startAwsProcess();
    const messaging = new AwsMessaging({ ...server.config, batching: { maxInFlight: inFlight } });
    const sns = new SNSClient(server.clientSettings);
    try {
      const orders = sampleOrders(operations);
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "orders" }));
      const contenders = [
        {
          name: names.ours,
          run: async () => {
            await Promise.all(
              orders.map((order) => messaging.publish({ topic: "orders", schema: Order }, order)),
            );
          },
        },
        {
          name: names.loop,
          run: () =>
            forEachInFlight(inTens(orders), inFlight, async (ten) => {
              const PublishBatchRequestEntries = ten.map((order, index) => ({
                Id: String(index),
                Message: JSON.stringify(order),
              }));
              const { Failed = [] } = await sns.send(
                new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }),
              );
              if (Failed.length > 0) throw new Error("a message was not taken");
            }),
        },
      ];
      const traffic = () => server.traffic(["PublishBatch", "Publish"]);
      const measured = await compare(contenders, { rounds, operations, traffic });
      return {
        name: "aws-publishing",
        server: server.description,
        title: `${operations.toLocaleString("en")} single publishes, ${inFlight} requests in flight`,
        ...comparisonTable(measured, { peer: names.loop, unit: "publishes", serverTime: "shown" }),
        goals: [
          judgeLimit(`requests for ${operations} publishes`, requestsOf(measured, names.ours) ?? Number.NaN, {
            most: operations / 10,
            unit: "requests",
          }),
          judgeRatio({ contender: names.ours, peer: names.loop, atLeast: 0.9 }, measured),
        ],
        notes: [`${names.loop}: validates nothing, retries no entry, and has its messages in tens already`],
        results: measured,
      };
    } finally {
      await messaging.close();
      sns.destroy();
      await server.close();
    }
  },
};
