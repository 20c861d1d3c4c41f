import type { AwsMessagingConfig } from "@wirekit/aws-messaging";
import type { Need } from "@wirekit/servers";
import type { Traffic } from "../harness/compare.ts";

/** An SQS that clients are measured against. It runs in another process: its work is not the client's. */
export interface SqsServer {
  /** What it is, for the report: `ElasticMQ 1.7.1`. */
  readonly description: string;
  readonly config: AwsMessagingConfig;
  /** For clients of the AWS SDK; with the keep-alive that it has by itself. */
  readonly clientSettings: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /**
   * The processor time that it took since it started, and how often it was asked for these actions, where it
   * counts that.
   */
  traffic(actions: readonly string[]): Promise<Traffic>;
  close(): Promise<void>;
}

/** How a case gets its SQS. */
export interface SqsSetup {
  readonly needs: readonly Need[];
  readonly startServer: () => Promise<SqsServer>;
}
