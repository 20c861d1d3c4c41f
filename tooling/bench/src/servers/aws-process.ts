import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type AwsMessagingConfig, awsMessagingConfig } from "@wirekit/aws-messaging";
import type { Traffic } from "../harness/compare.ts";
import { nextMessage } from "./server-process.ts";

interface Started {
  readonly endpointUrl: string;
  readonly regionName: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface AwsProcess {
  readonly config: AwsMessagingConfig;
  /** For clients of the AWS SDK; with the keep-alive that it has by itself. */
  readonly clientSettings: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: Started["credentials"];
  };
  /** What it was asked for of these actions since it started, and the processor time that everything took. */
  traffic(actions: readonly string[]): Promise<Traffic>;
  close(): Promise<void>;
}

/** Starts the embedded SNS and SQS in a process of their own: their work is not the client's. */
export async function startAwsProcess(): Promise<AwsProcess> {
  const child = fork(fileURLToPath(new URL("./aws.ts", import.meta.url)));
  const { endpointUrl, regionName, credentials } = await nextMessage<Started>(child);
  return {
    config: awsMessagingConfig({
      endpointUrl,
      regionName,
      awsAccessKeyId: credentials.accessKeyId,
      awsSecretAccessKey: credentials.secretAccessKey,
    }),
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
