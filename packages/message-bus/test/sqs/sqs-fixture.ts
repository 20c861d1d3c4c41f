import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { silentLogger } from "@wirekit/core";
import { type AwsServer, startAws } from "@wirekit/devstack/aws";
import { SqsMessageBus, type SqsMessageBusOptions } from "../../src/index.ts";

/** The embedded AWS, and buses on it. */
export interface SqsFixture {
  readonly aws: AwsServer;
  /** A client of the AWS SDK, as a stranger has it. */
  readonly client: SQSClient;
  /** Opens a bus that is closed with the fixture. */
  open(options?: Partial<SqsMessageBusOptions>): SqsMessageBus;
  /** Makes a queue to which nothing was ever sent; `suffix` may be `.fifo`. */
  newQueue(suffix?: string): string;
  /** Puts any text on a queue, as a stranger would. */
  sendText(text: string, target: string, key?: string): Promise<void>;
  close(): Promise<void>;
}

export async function startSqs(): Promise<SqsFixture> {
  const aws = await startAws();
  const { endpointUrl: endpoint, regionName: region, credentials } = aws;
  const client = new SQSClient({ endpoint, region, credentials, maxAttempts: 1 });
  const opened: SqsMessageBus[] = [];
  let queues = 0;
  return {
    aws,
    client,
    open: (options = {}) => {
      const retry = { maxAttempts: 3, baseDelayMs: 1 };
      const bus = new SqsMessageBus({
        queueUrl: endpoint,
        credentials,
        retry,
        logger: silentLogger,
        ...options,
      });
      opened.push(bus);
      return bus;
    },
    newQueue: (suffix = "") => {
      queues += 1;
      const name = `queue-${queues}${suffix}`;
      void aws.createQueue(name);
      return name;
    },
    sendText: async (MessageBody, target, key = "stranger") => {
      const fifo = target.endsWith(".fifo") && { MessageGroupId: key };
      await client.send(new SendMessageCommand({ QueueUrl: `${endpoint}/${target}`, MessageBody, ...fifo }));
    },
    close: async () => {
      aws.faults.clear();
      await Promise.all(opened.map((bus) => bus.close({ timeoutMs: 2_000 })));
      client.destroy();
      await aws.close();
    },
  };
}
