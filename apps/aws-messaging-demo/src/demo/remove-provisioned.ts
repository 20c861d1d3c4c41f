import { DeleteTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { DeleteQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Provisioned } from "@wirekit/aws-messaging";
import type { Elsewhere } from "./messaging-config.ts";

/** Leaves a server as it was found. A program that keeps its topics and queues has no use for this. */
export async function removeProvisioned(
  { topicArn, queueUrl, deadLetterQueueUrl }: Provisioned,
  { endpointUrl: endpoint, regionName: region }: Elsewhere,
): Promise<void> {
  const sns = new SNSClient({ endpoint, region });
  const sqs = new SQSClient({ endpoint, region });
  try {
    // With its topic a subscription goes as well.
    await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl: deadLetterQueueUrl }));
  } finally {
    sns.destroy();
    sqs.destroy();
  }
}
