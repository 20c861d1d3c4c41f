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

/**
 * The AWS SDK's client as core's SQS engines want it. The module is handed in, so that core imports nothing of AWS. All attributes of
 * messages are asked for: what a stranger put beside a body is to go with it to a dead-letter queue.
 */
export function bindSqs(sdk: SqsSdk, client: SqsSdkClient, errorOf: SqsErrorFactory): SqsApi & SqsLookup {
  async function call<Output>(
    what: string,
    queue: string,
    command: object,
    { signal }: SqsCallOptions = {},
  ): Promise<Output> {
    try {
      const options = signal === undefined ? {} : { abortSignal: signal };
      // The SDK's own types tie each command to what it answers, which is what `SqsApi` says in SQS's own names.
      return (await client.send(command as never, options)) as Output;
    } catch (thrown) {
      throw errorOf(what, thrown, queue);
    }
  }

  return {
    receiveMessage: (input, options) => {
      const command = new sdk.ReceiveMessageCommand({
        ...input,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      });
      return call("Receiving", input.QueueUrl, command, options);
    },
    sendMessageBatch: ({ QueueUrl, Entries }, options) =>
      call(
        "Sending",
        QueueUrl,
        new sdk.SendMessageBatchCommand({ QueueUrl, Entries: [...Entries] }),
        options,
      ),
    deleteMessageBatch: ({ QueueUrl, Entries }, options) => {
      const command = new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries: [...Entries] });
      return call("Deleting", QueueUrl, command, options);
    },
    changeMessageVisibilityBatch: ({ QueueUrl, Entries }, options) => {
      const command = new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: [...Entries] });
      return call("Changing visibility", QueueUrl, command, options);
    },
    getQueueUrl: (input, options) =>
      call("Looking for the queue", input.QueueName, new sdk.GetQueueUrlCommand(input), options),
  };
}
