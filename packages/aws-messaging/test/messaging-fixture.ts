import { type Logger, silentLogger } from "@wirekit/core";
import { type AwsServer, startAws } from "@wirekit/devstack/aws";
import * as z from "zod";
import {
  AwsMessaging,
  type AwsMessagingConfig,
  type AwsMessagingOptions,
  awsMessagingConfig,
} from "../src/index.ts";

export { until } from "@wirekit/core/testing";

/** Lines of a log, as they were written. */
export interface RecordingLogger extends Logger {
  readonly lines: string[];
}

export const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

export const OrderPlaced = z.object({ n: z.number(), placed_at: isoDate });
export const placedAt = new Date("2025-04-25T12:34:56.789Z");

export function recordingLogger(): RecordingLogger {
  const lines: string[] = [];
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { lines, debug: write, info: write, warn: write, error: write };
}

/** The embedded AWS and a configuration for it. */
export async function startFixture(): Promise<{
  readonly aws: AwsServer;
  readonly config: AwsMessagingConfig;
  /** Makes a client that is closed with the fixture. */
  messaging(options?: Partial<AwsMessagingOptions>): AwsMessaging;
  close(): Promise<void>;
}> {
  const aws = await startAws();
  const config = awsMessagingConfig({
    regionName: aws.regionName,
    endpointUrl: aws.endpointUrl,
    environment: "test",
    credentials: aws.credentials,
  });
  const made: AwsMessaging[] = [];
  return {
    aws,
    config,
    messaging: (options = {}) => {
      const messaging = new AwsMessaging({ ...config, logger: silentLogger, ...options });
      made.push(messaging);
      return messaging;
    },
    close: async () => {
      aws.faults.clear();
      await Promise.all(made.map((messaging) => messaging.close({ timeoutMs: 2_000 })));
      await aws.close();
    },
  };
}

export const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
