import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { silentLogger } from "@wirekit/core";
import { type AwsServer, startAws } from "@wirekit/devstack/aws";
import { openBus, targetSuffix } from "../open-bus.ts";
import { type PaymentTargets, paymentTargets } from "../payment-targets.ts";
import { takeoverAfterMs } from "./payment-day.ts";
import { openProcesses } from "./processes.ts";
import { runPrefix, type Stage } from "./stage.ts";

/**
 * SQS in this process or, where a base URL is given, at that address. Each instance of the service is a
 * process.
 */
export async function openSqsStage(url: string | undefined): Promise<Stage> {
  const aws = url === undefined ? await startAws() : undefined;
  const address = url ?? aws?.endpointUrl ?? "";
  const env = environmentFor(aws);
  const prefix = runPrefix();
  const targets = paymentTargets({ prefix, suffix: targetSuffix("sqs") });
  const place = { name: "sqs", address } as const;
  const bus = openBus(place, { env, takeoverAfterMs, logger: silentLogger });
  const processes = await openProcesses({ place, prefix, env });
  const queues = aws === undefined ? elsewhere(address, targets) : inProcess(aws, targets);

  async function close(): Promise<void> {
    await processes.close();
    await bus.close();
    await queues.remove();
    await aws?.close();
  }
  try {
    await queues.create();
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    busName: "SQS",
    where: `${aws === undefined ? "SQS is" : "SQS runs in this process,"} at ${address}; each instance of the service is a process.`,
    bus,
    targets,
    ledger: processes.ledger,
    startInstance: processes.start,
    takeover: { afterMs: takeoverAfterMs, called: "the visibility time-out" },
    requests: () => aws?.counts,
    close,
  };
}

interface Queues {
  create(): Promise<void>;
  remove(): Promise<void>;
}

function inProcess(aws: AwsServer, targets: PaymentTargets): Queues {
  return {
    create: async () => {
      for (const name of Object.values(targets)) await aws.createQueue(name);
    },
    remove: async () => {},
  };
}

/** Leaves a server as it was found. Region and credentials come from the environment. */
function elsewhere(address: string, targets: PaymentTargets): Queues {
  const { origin: endpoint } = new URL(address);
  const client = new SQSClient({ endpoint, region: process.env.AWS_REGION ?? "eu-west-1" });
  const created: string[] = [];
  return {
    create: async () => {
      for (const QueueName of Object.values(targets)) {
        const Attributes = { FifoQueue: "true" };
        const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
        created.push(QueueUrl);
      }
    },
    remove: async () => {
      try {
        for (const QueueUrl of created) await client.send(new DeleteQueueCommand({ QueueUrl }));
      } finally {
        client.destroy();
      }
    },
  };
}

function environmentFor(aws: AwsServer | undefined): NodeJS.ProcessEnv {
  if (aws === undefined) return process.env;
  // Only these: what the user has set for AWS itself is not for the embedded server.
  return {
    PATH: process.env.PATH,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED:
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED,
    AWS_REGION: aws.regionName,
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
  };
}
