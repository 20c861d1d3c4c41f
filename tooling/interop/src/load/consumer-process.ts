// Consumes the queues of the load, and writes down what it has handled and what was deleted.
import { AwsMessaging, awsMessagingConfig } from "@wirekit/aws-messaging";
import { silentLogger } from "@wirekit/core";
import { answerLines } from "../programs/answer-lines.ts";
import { enter } from "./ledger.ts";
import { memoryInUse } from "./memory.ts";
import { fromEnvironment, Order } from "./order.ts";

const { url, region, queues, ledger } = fromEnvironment(process.env);
/** Short, so that what a dead process held comes back soon. */
const visibilityTimeoutMs = 5_000;

const config = awsMessagingConfig({
  regionName: region,
  endpointUrl: url,
  awsAccessKeyId: "any",
  awsSecretAccessKey: "any",
  timeoutMs: 5_000,
});
const messaging = new AwsMessaging(config, {
  logger: silentLogger,
  audit: ({ event, messageId }) => {
    if (event === "handled" && messageId !== undefined) enter(ledger, { is: "deleted", messageId });
  },
});
const consumers = queues.map((queue) =>
  messaging.consume(
    { queue, schema: Order },
    ({ n, group, sentAt }, { metadata: { messageId } }) =>
      enter(ledger, { is: "handled", queue, n, group, messageId, latencyMs: Date.now() - sentAt }),
    { concurrency: 10, visibilityTimeoutMs, waitTimeMs: 1_000 },
  ),
);
// One that stops by itself is a fault, and the process says so by its end.
for (const consumer of consumers)
  consumer.closed.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });

answerLines({
  ready: () => true,
  memory: memoryInUse,
  close: () => messaging.close(),
});
