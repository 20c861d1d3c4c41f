import type { SqsApi, SqsCallOptions, SqsLookup } from "../sqs/sqs-api.ts";
import { toAwsError } from "./aws-error.ts";
import {
  type AwsClientSettings,
  type AwsConnectionOptions,
  awsClientSettings,
  endingByTimeOut,
  withoutRequestLog,
} from "./client-settings.ts";

/** The command classes of `@aws-sdk/client-sqs` that are used: the module itself fits. */
export interface SqsSdk {
  readonly ReceiveMessageCommand: CommandOf<
    Parameters<SqsApi["receiveMessage"]>[0] & {
      readonly MessageSystemAttributeNames: ["All"];
      readonly MessageAttributeNames: ["All"];
    }
  >;
  readonly SendMessageBatchCommand: CommandOf<BatchOf<"sendMessageBatch">>;
  readonly DeleteMessageBatchCommand: CommandOf<BatchOf<"deleteMessageBatch">>;
  readonly ChangeMessageVisibilityBatchCommand: CommandOf<BatchOf<"changeMessageVisibilityBatch">>;
  readonly GetQueueUrlCommand: CommandOf<Parameters<SqsLookup["getQueueUrl"]>[0]>;
}

/** A client of the AWS SDK, version 3, for SQS: an `SQSClient` fits. */
export interface SqsSdkClient {
  // `never`, because each SDK's client takes commands of its own making only, which no type here can name.
  send(command: never, options?: { readonly abortSignal?: AbortSignal }): Promise<unknown>;
}

type CommandOf<Input> = new (input: Input) => object;
type BatchAction = "sendMessageBatch" | "deleteMessageBatch" | "changeMessageVisibilityBatch";
type BatchOf<Action extends BatchAction> = {
  readonly QueueUrl: string;
  /** A list of its own, because the SDK's types ask for one that can be changed. */
  readonly Entries: Parameters<SqsApi[Action]>[0]["Entries"][number][];
};

/** Clients of the same SDK for a part of the requests. */
export interface SqsClientsByUse {
  /**
   * Sends, deletes and changes visibility, and is asked without a signal: a client that ends its requests by
   * itself, made with the settings of `endingByTimeOut`. Default: the client that receives, with a signal.
   */
  readonly batches?: SqsSdkClient | undefined;
}

/**
 * Makes of the AWS SDK's client what core's SQS engines work with; its errors are `AwsError`s. You hand the
 * module in, so that core imports nothing of AWS. It asks for all attributes of messages: what a stranger put
 * beside a body goes with it to a dead-letter queue.
 */
export function bindSqs(
  sdk: SqsSdk,
  client: SqsSdkClient,
  { batches }: SqsClientsByUse = {},
): SqsApi & SqsLookup {
  const call = callerOf(client);
  const batch = batches === undefined ? call : callerWithoutSignal(batches);
  return {
    receiveMessage: (input, options) => {
      const command = new sdk.ReceiveMessageCommand({
        ...input,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      });
      return call("Receiving from the queue", input.QueueUrl, command, options);
    },
    sendMessageBatch: ({ QueueUrl, Entries }, options) => {
      const command = new sdk.SendMessageBatchCommand({ QueueUrl, Entries: [...Entries] });
      return batch("Sending to the queue", QueueUrl, command, options);
    },
    deleteMessageBatch: ({ QueueUrl, Entries }, options) => {
      const command = new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries: [...Entries] });
      return batch("Deleting from the queue", QueueUrl, command, options);
    },
    changeMessageVisibilityBatch: ({ QueueUrl, Entries }, options) => {
      const command = new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [...Entries] });
      return batch("Changing visibility in the queue", QueueUrl, command, options);
    },
    getQueueUrl: (input, options) =>
      call("Looking for the queue", input.QueueName, new sdk.GetQueueUrlCommand(input), options),
  };
}

/** What `@aws-sdk/client-sqs` exports that {@link openSqs} needs. */
export interface SqsSdkModule<Client extends OwnSdkClient> extends SqsSdk {
  readonly SQSClient: new (settings: AwsClientSettings) => Client;
}

interface OwnSdkClient extends SqsSdkClient {
  readonly middlewareStack: { remove(name: string): boolean };
  readonly config: { readonly credentials: unknown };
  destroy(): void;
}

/** SQS over clients that {@link openSqs} made. */
export interface OpenSqs<Client> {
  readonly sqs: SqsApi & SqsLookup;
  /** The client that receives, for what `sqs` does not offer. */
  readonly client: Client;
  /** Closes the sockets. */
  close(): void;
}

/** Makes the AWS SDK's clients for SQS, and binds them: one for long polls, one for batches. */
export async function openSqs<Client extends OwnSdkClient>(
  sdk: SqsSdkModule<Client>,
  options: AwsConnectionOptions,
): Promise<OpenSqs<Client>> {
  const settings = await awsClientSettings(options);
  const client = withoutRequestLog(new sdk.SQSClient(settings));
  // What the one has found out about credentials, the other need not.
  const credentials = client.config.credentials as NonNullable<AwsClientSettings["credentials"]>;
  const ending = endingByTimeOut({ ...settings, credentials }, options.requestTimeoutMs);
  const batches = withoutRequestLog(new sdk.SQSClient(ending));
  return {
    sqs: bindSqs(sdk, client, { batches }),
    client,
    close: () => {
      client.destroy();
      batches.destroy();
    },
  };
}

/** Sends a command. `queue` is the queue's URL, or its name if the URL is asked for. */
type Caller = <Output>(
  what: string,
  queue: string,
  command: object,
  options?: SqsCallOptions,
) => Promise<Output>;

// The SDK's own types tie each command to what it answers, which is what `SqsApi` says in SQS's own names.
function callerOf(client: SqsSdkClient): Caller {
  return async <Output>(what: string, queueUrl: string, command: object, { signal }: SqsCallOptions = {}) => {
    try {
      return (await client.send(command as never, signal && { abortSignal: signal })) as Output;
    } catch (thrown) {
      const queue = queueUrl.slice(queueUrl.lastIndexOf("/") + 1);
      throw toAwsError(`${what} ${JSON.stringify(queue)}`, thrown, { details: { queue } });
    }
  };
}

/** Does not look at the signal, because looking would make one. */
function callerWithoutSignal(client: SqsSdkClient): Caller {
  const call = callerOf(client);
  return (what, queue, command) => call(what, queue, command);
}
