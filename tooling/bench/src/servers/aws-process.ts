import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { awsMessagingConfig } from "@wirekit/aws-messaging";
import { nextMessage } from "./server-process.ts";
import type { SqsServer } from "./sqs-server.ts";

interface Started {
  readonly endpointUrl: string;
  readonly regionName: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Starts the embedded SNS and SQS in a process of their own. */
export async function startAwsProcess(): Promise<SqsServer> {
  const child = fork(fileURLToPath(new URL("./aws.ts", import.meta.url)));
  const { endpointUrl, regionName, credentials } = await nextMessage<Started>(child);
  return {
    description: "the embedded SNS and SQS",
    config: awsMessagingConfig({ endpointUrl, regionName, credentials }),
    clientSettings: { endpoint: endpointUrl, region: regionName, credentials },
    async traffic(actions) {
      child.send("traffic");
      const { counts, processorMs } = await nextMessage<{
        readonly counts: Readonly<Record<string, number>>;
        readonly processorMs: number;
      }>(child);
      return { requests: actions.reduce((sum, action) => sum + (counts[action] ?? 0), 0), processorMs };
    },
    async close() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
