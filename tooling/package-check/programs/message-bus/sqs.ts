import { AwsError } from "@wirekit/core/aws";
import {
  type MessageBus,
  type MessageBusMessage,
  ReceivedInvalidError,
  SQS,
  SqsMessageBus,
  type SqsMessageBusOptions,
} from "@wirekit/message-bus";

// `undefined` stands for "not given", whatever the user's compiler makes of optional properties.
const options: SqsMessageBusOptions = {
  queueUrl: "https://sqs.eu-west-1.amazonaws.com",
  region: undefined,
  credentials: async () => ({ accessKeyId: "id", secretAccessKey: "key", sessionToken: undefined }),
  client: undefined,
};

// @ts-expect-error the base URL is required
new SqsMessageBus({ region: "eu-west-1" });

export async function run(message: MessageBusMessage): Promise<string | undefined> {
  const bus: MessageBus = new SqsMessageBus(options);
  const disposable: AsyncDisposable = bus;
  const sqs = new SQS(options);
  try {
    const { sequenceNumber } = await sqs.sendMessage(message, "payments.fifo");
    const received = await sqs.receiveMessage("payments.fifo", { timeoutMs: 20_000 });
    for (const handle of Object.keys(received ?? {})) await sqs.deleteMessage("payments.fifo", handle);
    return sequenceNumber;
  } catch (thrown) {
    if (thrown instanceof ReceivedInvalidError) return thrown.received.raw;
    return thrown instanceof AwsError ? thrown.requestId : undefined;
  } finally {
    await disposable[Symbol.asyncDispose]();
  }
}
