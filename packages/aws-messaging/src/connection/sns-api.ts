import type { AwsBatchResult, SqsAttribute } from "@wirekit/core/sqs";

/** What one call of the API may be given. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** One message of a `PublishBatch` request. */
export interface PublishEntry {
  readonly Id: string;
  readonly Message: string;
  readonly Subject?: string;
  readonly MessageAttributes?: Record<string, SqsAttribute>;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

/** SNS has taken this one. */
export interface PublishedEntry {
  readonly Id?: string | undefined;
  readonly MessageId?: string | undefined;
  readonly SequenceNumber?: string | undefined;
}

export interface SubscriptionPage {
  readonly Subscriptions?:
    | readonly { readonly SubscriptionArn?: string | undefined; readonly Endpoint?: string | undefined }[]
    | undefined;
  readonly NextToken?: string | undefined;
}

/** The part of SNS that this package uses, in SNS's own names: whatever speaks it can stand in for AWS. */
export interface SnsApi {
  publishBatch(
    input: { readonly TopicArn: string; readonly PublishBatchRequestEntries: readonly PublishEntry[] },
    options?: CallOptions,
  ): Promise<AwsBatchResult<PublishedEntry>>;
  listTopics(
    input: { readonly NextToken?: string },
    options?: CallOptions,
  ): Promise<{
    readonly Topics?: readonly { readonly TopicArn?: string | undefined }[] | undefined;
    readonly NextToken?: string | undefined;
  }>;
  /** Creates the topic, or finds it; attributes of one that exists are set apart. */
  createTopic(
    input: { readonly Name: string; readonly Attributes?: Record<string, string> },
    options?: CallOptions,
  ): Promise<{ readonly TopicArn?: string | undefined }>;
  setTopicAttributes(
    input: { readonly TopicArn: string; readonly AttributeName: string; readonly AttributeValue: string },
    options?: CallOptions,
  ): Promise<unknown>;
  listSubscriptionsByTopic(
    input: { readonly TopicArn: string; readonly NextToken?: string },
    options?: CallOptions,
  ): Promise<SubscriptionPage>;
  subscribe(
    input: {
      readonly TopicArn: string;
      readonly Protocol: "sqs";
      readonly Endpoint: string;
      readonly Attributes?: Record<string, string>;
      readonly ReturnSubscriptionArn: true;
    },
    options?: CallOptions,
  ): Promise<{ readonly SubscriptionArn?: string | undefined }>;
  setSubscriptionAttributes(
    input: {
      readonly SubscriptionArn: string;
      readonly AttributeName: string;
      readonly AttributeValue: string;
    },
    options?: CallOptions,
  ): Promise<unknown>;
}
