import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { AwsMessaging, type Provisioned } from "@wirekit/aws-messaging";
import { type AwsServer, startAws } from "@wirekit/devstack/aws";
import { type InvoiceBook, openInvoiceBook } from "../invoice-book.ts";
import { OrderPlaced } from "../order-placed.ts";
import { OrderService } from "../order-service.ts";
import { type InvoiceChild, startInvoiceChild } from "./invoice-child.ts";
import { type Elsewhere, messagingConfig, type Place } from "./messaging-config.ts";
import { visibilityTimeoutMs } from "./order-day.ts";
import { removeProvisioned } from "./remove-provisioned.ts";

/** What the demo plays on. */
export interface Stage {
  readonly place: Place;
  /** The embedded SNS and SQS, unless others are used: only they count requests. */
  readonly aws: AwsServer | undefined;
  readonly messaging: AwsMessaging;
  readonly orders: OrderService;
  readonly book: InvoiceBook;
  readonly deadLetterQueue: string;
  startInvoices(): Promise<InvoiceChild>;
  close(): Promise<void>;
}

export async function openStage(elsewhere: Elsewhere | undefined): Promise<Stage> {
  const aws = elsewhere === undefined ? await startAws() : undefined;
  const endpointUrl = elsewhere?.endpointUrl ?? aws?.endpointUrl ?? "";
  const env = environmentFor(aws, elsewhere);
  // A prefix of its own: on a server that others use as well, no run meets what another one left.
  const place = { endpointUrl, environment: `demo-${process.pid}-${Date.now().toString(36)}` };
  const messaging = new AwsMessaging(messagingConfig(env, place));
  const folder = await mkdtemp(join(tmpdir(), "aws-messaging-demo-"));
  const children: InvoiceChild[] = [];
  let provisioned: Provisioned | undefined;

  async function close(): Promise<void> {
    for (const child of children) child.kill();
    await messaging.close();
    if (elsewhere !== undefined && provisioned !== undefined) await removeProvisioned(provisioned, elsewhere);
    await aws?.close();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    provisioned = await messaging.provision(OrderPlaced.topic, { visibilityTimeoutMs });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const deadLetterQueue = provisioned.deadLetterQueueArn.split(":").at(-1) ?? "";
  const book = join(folder, "invoices.jsonl");
  return {
    place,
    aws,
    messaging,
    orders: new OrderService(messaging),
    book: openInvoiceBook(book),
    deadLetterQueue,
    startInvoices: async () => {
      const child = await startInvoiceChild({ env, place, deadLetterQueue, book });
      children.push(child);
      return child;
    },
    close,
  };
}

function environmentFor(aws: AwsServer | undefined, elsewhere: Elsewhere | undefined): NodeJS.ProcessEnv {
  if (aws === undefined) return { ...process.env, AWS_REGION_NAME: elsewhere?.regionName };
  // Only these: what the user has set for AWS itself is not for the embedded servers.
  return {
    PATH: process.env.PATH,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED:
      process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED,
    AWS_REGION_NAME: aws.regionName,
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
  };
}
