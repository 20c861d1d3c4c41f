export { type BatchRequest, entryId, type SuccessfulEntry } from "./batch-results.ts";
export {
  findAttributeFault,
  findAttributeNameFault,
  findIdFault,
  findTextFault,
  isLegalAttribute,
  maxAttributes,
} from "./check-entry.ts";
export { isFifoQueue } from "./queue-name.ts";
export { type BatchSend, sendBatch } from "./send-batch.ts";
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
