import type { SqsApi, SqsCallOptions, SqsLookup } from "./sqs-api.ts";

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

/**
 * What is thrown in place of an SDK's error. `what` is what was being done, as the subject of a sentence (`"Sending"`); `queue` is the
 * queue's URL, or its name where the URL was asked for.
 */
export type SqsErrorFactory = (what: string, thrown: unknown, queue: string) => Error;

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
   * Sends, deletes and changes visibility, and is asked without a signal: a client that ends its requests by itself, as one of `endingByTimeOut` does.
   * Default: the client that receives, with a signal.
   */
  readonly batches?: SqsSdkClient | undefined;
}

/**
 * The AWS SDK's client as core's SQS engines want it. The module is handed in, so that core imports nothing of AWS. All attributes of
 * messages are asked for: what a stranger put beside a body is to go with it to a dead-letter queue.
 */
export function bindSqs(
  sdk: SqsSdk,
  client: SqsSdkClient,
  errorOf: SqsErrorFactory,
  { batches }: SqsClientsByUse = {},
): SqsApi & SqsLookup {
  const call = callerOf(client, errorOf);
  const batch = batches === undefined ? call : callerWithoutSignal(batches, errorOf);
  return {
    receiveMessage: (input, options) => {
      const command = new sdk.ReceiveMessageCommand({
        ...input,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      });
      return call("Receiving", input.QueueUrl, command, options);
    },
    sendMessageBatch: ({ QueueUrl, Entries }, options) => {
      const command = new sdk.SendMessageBatchCommand({ QueueUrl, Entries: [...Entries] });
      return batch("Sending", QueueUrl, command, options);
    },
    deleteMessageBatch: ({ QueueUrl, Entries }, options) => {
      const command = new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries: [...Entries] });
      return batch("Deleting", QueueUrl, command, options);
    },
    changeMessageVisibilityBatch: ({ QueueUrl, Entries }, options) => {
      const command = new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [...Entries] });
      return batch("Changing visibility", QueueUrl, command, options);
    },
    getQueueUrl: (input, options) =>
      call("Looking for the queue", input.QueueName, new sdk.GetQueueUrlCommand(input), options),
  };
}

/** Sends a command, and throws what its owner makes of the SDK's error. */
type Caller = <Output>(
  what: string,
  queue: string,
  command: object,
  options?: SqsCallOptions,
) => Promise<Output>;

// The SDK's own types tie each command to what it answers, which is what `SqsApi` says in SQS's own names.
function callerOf(client: SqsSdkClient, errorOf: SqsErrorFactory): Caller {
  return async <Output>(what: string, queue: string, command: object, { signal }: SqsCallOptions = {}) => {
    try {
      return (await client.send(command as never, signal && { abortSignal: signal })) as Output;
    } catch (thrown) {
      throw errorOf(what, thrown, queue);
    }
  };
}

/** Does not so much as look at the signal, which would make one. */
function callerWithoutSignal(client: SqsSdkClient, errorOf: SqsErrorFactory): Caller {
  const call = callerOf(client, errorOf);
  return (what, queue, command) => call(what, queue, command);
}
