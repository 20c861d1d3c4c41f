import type { CallOptions } from "./sns-api.ts";

/** The part of SQS that finds and creates queues, in SQS's own names. */
export interface SqsAdminApi {
  createQueue(
    input: { readonly QueueName: string; readonly Attributes?: Record<string, string> },
    options?: CallOptions,
  ): Promise<{ readonly QueueUrl?: string | undefined }>;
  getQueueUrl(
    input: { readonly QueueName: string; readonly QueueOwnerAWSAccountId?: string },
    options?: CallOptions,
  ): Promise<{ readonly QueueUrl?: string | undefined }>;
  getQueueAttributes(
    input: { readonly QueueUrl: string; readonly AttributeNames: readonly QueueAttribute[] },
    options?: CallOptions,
  ): Promise<{ readonly Attributes?: Readonly<Partial<Record<string, string>>> | undefined }>;
  setQueueAttributes(
    input: { readonly QueueUrl: string; readonly Attributes: Record<string, string> },
    options?: CallOptions,
  ): Promise<unknown>;
}

/** Attributes of a queue that this package asks for. */
export type QueueAttribute = "QueueArn" | "VisibilityTimeout" | "RedrivePolicy" | "Policy";
