// What must not compile. `tsc` fails when a line below an expectation compiles after all; nothing here is
// ever run.
import { SQS as SdkSqs, type SQSClient } from "@aws-sdk/client-sqs";
import { AwsError } from "@wirekit/core/aws";
import {
  type MessageBus,
  type MessageBusMessage,
  ReceivedInvalidError,
  SQS,
  SqsMessageBus,
} from "../../src/index.ts";

declare const client: SQSClient;
declare const message: MessageBusMessage;
const queueUrl = "http://localhost:9324";
const target = "payments";

export function opening(): MessageBus {
  // @ts-expect-error where to?
  new SqsMessageBus({});
  // @ts-expect-error the constructor has no other argument
  new SqsMessageBus({ queueUrl }, {});
  // @ts-expect-error half a pair of keys
  new SqsMessageBus({ queueUrl, credentials: { accessKeyId: "id" } });
  // @ts-expect-error no such order
  new SqsMessageBus({ queueUrl, orderOnPartialFailure: "none" });
  // @ts-expect-error no client of SQS
  new SqsMessageBus({ queueUrl, client: {} });
  new SqsMessageBus({ queueUrl, client, region: undefined, credentials: undefined });
  new SqsMessageBus({ queueUrl, client: new SdkSqs() });
  new SqsMessageBus({ queueUrl, credentials: async () => ({ accessKeyId: "id", secretAccessKey: "key" }) });
  SqsMessageBus.fromEnv({}, { delaySeconds: 10 });
  // @ts-expect-error no such option
  SqsMessageBus.fromEnv({}, { queue: "payments" });
  return SqsMessageBus.fromEnv();
}

export async function sending(bus: SqsMessageBus): Promise<string | undefined> {
  const { sequenceNumber, messageId } = await bus.sendMessage(message, { target });
  const id: string = messageId;
  // @ts-expect-error only FIFO queues number their messages
  const number: string = sequenceNumber;
  return id + number;
}

export async function likeTheOriginal(): Promise<unknown> {
  // @ts-expect-error the URL stands in an object here
  new SQS(queueUrl);
  const sqs = new SQS({ queueUrl });
  await sqs.sendMessage(message, target);
  await sqs.sendMessage({ meta_data: {}, payload: {} }, target);
  // @ts-expect-error to which queue?
  await sqs.sendMessage(message);
  const received = await sqs.receiveMessage(target);
  // @ts-expect-error there may have been nothing
  Object.entries(received);
  const body = received?.handle;
  // @ts-expect-error nothing is known of a body but that it is an object
  use(body?.payload?.reference);
  // @ts-expect-error of which queue?
  await sqs.deleteMessage("handle");
  return body;
}

export function failing(thrown: unknown): string | undefined {
  if (thrown instanceof ReceivedInvalidError) return thrown.received.raw;
  if (!(thrown instanceof AwsError)) return undefined;
  // @ts-expect-error no such code
  if (thrown.code === "message-bus/sqs-lost") return undefined;
  return thrown.code === "aws/gone" ? thrown.fault : thrown.requestId;
}

function use(value: unknown): unknown {
  return value;
}
