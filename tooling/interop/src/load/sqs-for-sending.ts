import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { ConnectionError } from "@wirekit/core";
import type { SqsApi } from "@wirekit/core/sqs";

/**
 * The AWS SDK's client as core's sender wants it. Whatever goes wrong here is worth another try: the requests
 * are right.
 */
export function sqsForSending(client: SQSClient): Pick<SqsApi, "sendMessageBatch"> {
  return {
    sendMessageBatch: async ({ QueueUrl, Entries }, { signal } = {}) => {
      try {
        const command = new SendMessageBatchCommand({ QueueUrl, Entries: [...Entries] });
        return await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      } catch (cause) {
        throw new ConnectionError("The queue could not be sent to", { cause });
      }
    },
  };
}
