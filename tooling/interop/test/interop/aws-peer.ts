import {
  AwsMessaging,
  type AwsMessagingConfig,
  type AwsMessagingOptions,
  awsMessagingConfig,
  type EventConsumer,
  type HandlingOptions,
  type MessageMetadata,
} from "@wirekit/aws-messaging";
import { silentLogger } from "@wirekit/core";
import { withTimeout } from "@wirekit/core/kit";
import { clientPackages } from "@wirekit/servers";
import * as z from "zod";
import { startPythonClient } from "../../src/programs/python-client.ts";
import type { TalkingProgram } from "../../src/programs/talking-program.ts";

/** What boto3 is told to send; `base64` stands for bytes. */
export interface PeerMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string | number | { readonly base64: string }>>;
  readonly subject?: string;
  readonly group?: string;
  readonly deduplication?: string;
}

/** What boto3 has received. */
export interface PeerReceived {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | { readonly base64: string }>>;
  readonly group: string | null;
  readonly receiveCount: number;
}

/** What has an address and a region: moto, ElasticMQ. */
export interface AwsLike {
  readonly url: string;
  readonly region: string;
}

export const Order = z.object({ n: z.number(), note: z.string() });
export type Order = z.infer<typeof Order>;

/** Text that two JSON writers write differently. */
export const note = 'Zoë € \u{1F680} "\\/\u007f\u2028';
export const order = (n: number): Order => ({ n, note });
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
export const bytes = Uint8Array.of(0, 255, 16, 128);
export const base64 = Buffer.from(bytes).toString("base64");

export function startPeer({ url, region }: AwsLike): Promise<TalkingProgram> {
  return startPythonClient({ packages: clientPackages.aws, file: "aws_peer.py", args: [url, region] });
}

export function configOn({ url, region }: AwsLike): AwsMessagingConfig {
  return awsMessagingConfig({
    regionName: region,
    endpointUrl: url,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
}

export function messagingOn(server: AwsLike, options: Partial<AwsMessagingOptions> = {}): AwsMessaging {
  return new AwsMessaging({ ...configOn(server), logger: silentLogger, ...options });
}

type QueueTarget = { readonly topic: string } | { readonly queue: string };

/** One message that ours has handled. */
export interface Handled {
  readonly order: Order;
  readonly metadata: MessageMetadata;
}

/** Longer than any of this takes: a row that fails must still end. */
const limitMs = 240_000;

/** Consumes until `count` messages were handled and deleted. Rejects when one is not handled. */
export async function consume(
  messaging: AwsMessaging,
  target: QueueTarget,
  count: number,
): Promise<readonly Handled[]> {
  const handled: Handled[] = [];
  const consumer = messaging.consume(
    { ...target, schema: Order, waitTimeMs: 1_000 },
    (event, { metadata }) => void handled.push({ order: event, metadata }),
  );
  let done = 0;
  const all = new Promise<void>((resolve, reject) => {
    consumer.on("processed", ({ outcome, error }) => {
      if (outcome !== "handled") reject(new Error(`a message was ${outcome}`, { cause: error }));
      done += 1;
      if (done === count) resolve();
    });
    consumer.closed.catch(reject);
  });
  try {
    await withTimeout(`Handling ${count} messages`, () => all, { timeoutMs: limitMs });
    return handled;
  } finally {
    await consumer.close();
  }
}

/** Consumes, and fails every time; a message comes again after a second. */
export function alwaysFail(
  messaging: AwsMessaging,
  target: QueueTarget,
  options: HandlingOptions<Order> = {},
): EventConsumer {
  return messaging.consume(
    {
      ...target,
      schema: Order,
      waitTimeMs: 1_000,
      ...options,
      retry: { baseDelayMs: 1_000, maxDelayMs: 1_000, ...options.retry },
    },
    () => {
      throw new Error("it always fails");
    },
  );
}
