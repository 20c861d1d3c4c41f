/** What one call may be given. */
export interface SqsCallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A message attribute, as SQS carries it. */
export interface SqsAttribute {
  readonly DataType: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}

/** A message as `ReceiveMessage` gives it. */
export interface SqsMessage {
  readonly MessageId?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
  readonly Body?: string | undefined;
  /** `ApproximateReceiveCount`, `SentTimestamp`, `MessageGroupId` ... */
  readonly Attributes?: Readonly<Partial<Record<string, string>>> | undefined;
  readonly MessageAttributes?: Readonly<Record<string, SqsAttribute>> | undefined;
}

/** One message of a `SendMessageBatch` request, without the id that it has in there. */
export interface SqsSendEntry {
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Record<string, SqsAttribute>;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

/** Of a batch, what went well and what did not: a response is partial, entry by entry. */
export interface AwsBatchResult<Successful extends { readonly Id?: string | undefined }> {
  readonly Successful?: readonly Successful[] | undefined;
  readonly Failed?: readonly AwsBatchFailure[] | undefined;
}

/** Why one entry of a batch failed. */
export interface AwsBatchFailure {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  /** Whether the same entry would fail again, because its sender is to blame. */
  readonly SenderFault?: boolean | undefined;
}

/** SQS has taken a message. */
export interface SqsSent {
  readonly Id?: string | undefined;
  readonly MessageId?: string | undefined;
  readonly SequenceNumber?: string | undefined;
}

type WithId<Entry> = Entry & { readonly Id: string };

/**
 * The part of SQS that sending and receiving need, in SQS's own names. The AWS SDK's client is bound to it by
 * the package that uses it; what stands in for SQS in a test implements it directly. Errors are the binder's
 * own, with `retryable` set.
 */
export interface SqsApi {
  receiveMessage(
    input: {
      readonly QueueUrl: string;
      readonly MaxNumberOfMessages: number;
      readonly WaitTimeSeconds: number;
      readonly VisibilityTimeout?: number;
    },
    options?: SqsCallOptions,
  ): Promise<{ readonly Messages?: readonly SqsMessage[] | undefined }>;
  sendMessageBatch(
    input: { readonly QueueUrl: string; readonly Entries: readonly WithId<SqsSendEntry>[] },
    options?: SqsCallOptions,
  ): Promise<AwsBatchResult<SqsSent>>;
  deleteMessageBatch(
    input: {
      readonly QueueUrl: string;
      readonly Entries: readonly WithId<{ readonly ReceiptHandle: string }>[];
    },
    options?: SqsCallOptions,
  ): Promise<AwsBatchResult<{ readonly Id?: string | undefined }>>;
  changeMessageVisibilityBatch(
    input: {
      readonly QueueUrl: string;
      readonly Entries: readonly WithId<{
        readonly ReceiptHandle: string;
        readonly VisibilityTimeout: number;
      }>[];
    },
    options?: SqsCallOptions,
  ): Promise<AwsBatchResult<{ readonly Id?: string | undefined }>>;
}

/** How a queue's URL is found by its name. */
export interface SqsLookup {
  getQueueUrl(
    input: { readonly QueueName: string; readonly QueueOwnerAWSAccountId?: string },
    options?: SqsCallOptions,
  ): Promise<{ readonly QueueUrl?: string | undefined }>;
}

/** SQS takes at most so many entries in a batch, and gives at most so many messages at once. */
export const maxBatchEntries = 10;
/** The most bytes of a message, and of all messages of a batch together: bodies and attributes. */
export const maxBatchBytes = 1_048_576;
/** No lease lasts longer after the receive, renewals included. */
export const maxLeaseMs = 12 * 60 * 60 * 1000;
