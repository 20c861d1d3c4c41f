// Consumes the queues of the load, and writes down what it has handled and what was deleted.
import { AwsMessaging, awsMessagingConfig } from "@wirekit/aws-messaging";
import { silentLogger } from "@wirekit/core";
import { enter } from "./ledger.ts";
import { fromEnvironment, Order } from "./order.ts";
import { serveConsumer, visibilityTimeoutMs } from "./serve-consumer.ts";

const settings = fromEnvironment(process.env);
const { url, region, ledger } = settings;

const config = awsMessagingConfig({
  regionName: region,
  endpointUrl: url,
  requestTimeoutMs: 5_000,
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
});
const messaging = new AwsMessaging({
  ...config,
  logger: silentLogger,
  audit: ({ event, messageId }) => {
    if (event === "handled" && messageId !== undefined) enter(ledger, { is: "deleted", messageId });
  },
});

serveConsumer(settings, {
  consume: (queue, handled) =>
    messaging.consume(
      { queue, schema: Order, concurrency: 10, visibilityTimeoutMs, waitTimeMs: 1_000 },
      (order, { metadata: { messageId } }) => handled(order, messageId),
    ),
  close: () => messaging.close(),
});
