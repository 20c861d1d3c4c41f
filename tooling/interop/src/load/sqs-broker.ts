import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { LoadBroker } from "./load-broker.ts";

const countNames = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const satisfies readonly QueueAttributeName[];

/** The queues of a load, on anything that speaks SQS. */
export function sqsBroker({ url, region }: { readonly url: string; readonly region: string }): LoadBroker {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const client = new SQSClient({ endpoint: url, region, credentials });
  const urls: string[] = [];
  return {
    open: async (queues) => {
      for (const QueueName of queues) {
        const Attributes = QueueName.endsWith(".fifo") ? { FifoQueue: "true" } : {};
        const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
        urls.push(QueueUrl);
      }
    },
    isEmpty: async () => {
      for (const QueueUrl of urls) {
        const question = { QueueUrl, AttributeNames: [...countNames] };
        const { Attributes } = await client.send(new GetQueueAttributesCommand(question));
        if (countNames.some((name) => Attributes?.[name] !== "0")) return false;
      }
      return true;
    },
    close: async () => client.destroy(),
  };
}
