/**
 * Errors that pass, though kafkajs does not say so: the next try has another producer id, or finds another
 * state.
 */
const passing: ReadonlySet<string> = new Set([
  "BROKER_NOT_AVAILABLE",
  "STALE_CONTROLLER_EPOCH",
  "STALE_BROKER_EPOCH",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "MEMBER_ID_REQUIRED",
  "REBALANCE_IN_PROGRESS",
  "OFFSET_OUT_OF_RANGE",
  "REASSIGNMENT_IN_PROGRESS",
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "DUPLICATE_SEQUENCE_NUMBER",
  "INVALID_PRODUCER_EPOCH",
  "INVALID_PRODUCER_ID_MAPPING",
  "UNKNOWN_PRODUCER_ID",
]);

/** Whether another try may succeed after the broker has answered with this error. */
export function mayPassLater(type: string, kafkajsSaysSo: boolean): boolean {
  return kafkajsSaysSo || passing.has(type);
}

/** What the broker says of a batch because of what is in it: it would have said so the first time as well. */
const contentErrors: ReadonlySet<string> = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_TIMESTAMP",
  "INVALID_RECORD",
]);

/**
 * What the broker says although it may have written the batch. A leader that is replaced while it waits for
 * the replicas says `NOT_LEADER_FOR_PARTITION`. An error that kafkajs does not know can mean anything.
 */
const doubtfulErrors: ReadonlySet<string> = new Set([
  "REQUEST_TIMED_OUT",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "NETWORK_EXCEPTION",
  "NOT_LEADER_FOR_PARTITION",
  "KAFKA_STORAGE_ERROR",
  "UNKNOWN",
  "KAFKAJS_UNKNOWN_ERROR_CODE",
]);

/**
 * What the broker says of a producer id or sequence number that it does not expect. It has not written the
 * batch, and takes it under a new producer id.
 */
const sequenceErrors: ReadonlySet<string> = new Set([
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "DUPLICATE_SEQUENCE_NUMBER",
  "INVALID_PRODUCER_EPOCH",
  "INVALID_PRODUCER_ID_MAPPING",
  "UNKNOWN_PRODUCER_ID",
]);

/** What an error says of the batch that it answers. */
export type BatchFault =
  /** It is at fault itself. */
  | "content"
  /** It may be in the log. */
  | "doubt"
  /** The broker counts otherwise than we do. */
  | "sequence"
  /** It is not in the log. */
  | "refused";

export function batchFaultOf(type: string): BatchFault {
  if (contentErrors.has(type)) return "content";
  if (doubtfulErrors.has(type)) return "doubt";
  return sequenceErrors.has(type) ? "sequence" : "refused";
}
