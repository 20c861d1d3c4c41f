export { type AwsFault, type AwsFaultKind, readAwsFault } from "./aws-fault.ts";
export { type EntryErrorFactory, entryId, readBatchResult } from "./batch-results.ts";
export {
  bindSqs,
  type SqsClientsByUse,
  type SqsErrorFactory,
  type SqsSdk,
  type SqsSdkClient,
} from "./bind-sqs.ts";
export { endingByTimeOut, withoutRequestLog } from "./client-settings.ts";
export type {
  AwsBatchFailure,
  AwsBatchResult,
  SqsApi,
  SqsAttribute,
  SqsCallOptions,
  SqsLookup,
  SqsMessage,
  SqsSendEntry,
  SqsSent,
} from "./sqs-api.ts";
export { maxBatchBytes, maxLeaseMs } from "./sqs-api.ts";
export { readSqsMessage, type SqsDelivery } from "./sqs-delivery.ts";
export {
  attributesBytes,
  createSqsSender,
  messageBytes,
  type SqsReceipt,
  type SqsSenderOptions,
} from "./sqs-sender.ts";
export { SqsSettler, type SqsSettlerOptions, type SqsSettlerStats } from "./sqs-settler.ts";
export { SqsSource } from "./sqs-source.ts";
export { findSqsSourceFaults, type SqsSourceOptions } from "./sqs-source-options.ts";
