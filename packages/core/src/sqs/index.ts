export { type EntryErrorFactory, entryId, readBatchResult } from "./batch-results.ts";
export type {
  AwsBatchFailure,
  AwsBatchResult,
  SqsApi,
  SqsAttribute,
  SqsCallOptions,
  SqsMessage,
  SqsSendEntry,
  SqsSent,
} from "./sqs-api.ts";
export type { SqsDelivery } from "./sqs-delivery.ts";
export {
  attributesBytes,
  createSqsSender,
  messageBytes,
  type SqsReceipt,
  type SqsSenderOptions,
} from "./sqs-sender.ts";
export { SqsSource } from "./sqs-source.ts";
export type { SqsSourceOptions } from "./sqs-source-options.ts";
