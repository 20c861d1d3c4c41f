import { Faults } from "@wirekit/core/kit";
import { defaultRegion, defaultService, type KindoArnOptions, type KindoUrlOptions } from "./config.ts";
import { KindoClient } from "./kindo-client.ts";
import type { SendOptions } from "./send-options.ts";
import type { ProducerPayload } from "./wire/producer-payload.ts";

/**
 * What {@link sendToProducer} is given. All but the message and what it says here is as in {@link
 * KindoClient}.
 */
export interface SendToProducerOptions extends Omit<KindoUrlOptions, "schema" | "arn">, SendOptionsOfOne {
  readonly message: ProducerPayload;
  /** Default: `AWS_REGION`, else `"ap-southeast-2"`. */
  readonly region?: string | undefined;
  /** Default: `AWS_SERVICE`, else `"lambda"`. */
  readonly service?: string | undefined;
  /** The path of a JSON Schema in place of the built-in one. */
  readonly schemaPath?: string | undefined;
}

/** What {@link sendToProducerViaArn} is given. All but the message is as in {@link KindoClient}. */
export interface SendToProducerViaArnOptions
  extends Omit<KindoArnOptions, "schema" | "url">,
    SendOptionsOfOne {
  readonly message: ProducerPayload;
  /** The path of a JSON Schema in place of the built-in one. */
  readonly schemaPath?: string | undefined;
}

type SendOptionsOfOne = Pick<SendOptions, "signal">;

/**
 * Sends one message to a Function URL, as the original's `send_to_producer` does, and resolves to its
 * tracking id. It opens a connection for this one message and closes it: to send more than now and then, hold
 * a {@link KindoClient}.
 *
 * @throws what {@link KindoClient.send} throws.
 */
export async function sendToProducer(options: SendToProducerOptions): Promise<string> {
  const { message, signal, schemaPath, ...rest } = { ...options };
  const { region = variable("AWS_REGION") ?? defaultRegion } = rest;
  const { service = variable("AWS_SERVICE") ?? defaultService } = rest;
  const open = (schema: string | undefined) => new KindoClient({ ...rest, region, service, schema });
  return sendOnce(opened(open, schemaPath, rest), message, signal);
}

/**
 * Sends one message by invoking the function that the ARN names, as the original's `send_to_producer_via_arn`
 * does, and resolves to its tracking id. Needs the package `@aws-sdk/client-lambda`.
 *
 * @throws what {@link KindoClient.send} throws.
 */
export async function sendToProducerViaArn(options: SendToProducerViaArnOptions): Promise<string> {
  const { message, signal, schemaPath, ...rest } = { ...options };
  const { region = variable("AWS_REGION") } = rest;
  const open = (schema: string | undefined) => new KindoClient({ ...rest, region, schema });
  return sendOnce(opened(open, schemaPath, rest), message, signal);
}

/** A client. All that is wrong with its options is named by the names that they have here. */
function opened(
  open: (schema: string | undefined) => KindoClient,
  schemaPath: unknown,
  rest: object,
): KindoClient {
  const faults = new Faults();
  const isPath = typeof schemaPath === "string" && schemaPath.trim() !== "";
  if (schemaPath !== undefined && !isPath)
    faults.add({ path: "schemaPath", message: "must be the path of a JSON Schema" });
  if ("schema" in rest && rest.schema !== undefined)
    faults.add({ path: "schema", message: "is not an option; did you mean schemaPath?" });
  const client = faults.collect(() => open(isPath ? schemaPath : undefined));
  faults.throwIfAny();
  return client as KindoClient;
}

async function sendOnce(
  client: KindoClient,
  message: ProducerPayload,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return (await client.send(message, { signal })).trackingId;
  } finally {
    await client.close({ timeoutMs: 0 });
  }
}

function variable(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}
