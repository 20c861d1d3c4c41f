import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import { failedOutcome } from "@wirekit/core/kit";
import kafkajs from "kafkajs";
import { BatchInFlight, ProducerIdentity } from "./batch-in-flight.ts";
import { batchFaultOf } from "./broker-errors.ts";
import { Refusals, reactionTo } from "./group-errors.ts";
import { wirekitErrorOf } from "./kafkajs-error.ts";

const { errorCodes }: { errorCodes: readonly { type: string; code: number; retriable: boolean }[] } =
  createRequire(import.meta.url)("kafkajs/src/protocol/error.js");
const unknownCode = { type: "KAFKAJS_UNKNOWN_ERROR_CODE", code: 999, retriable: false };

/** What becomes of a message when a broker answers the first request for it with this error for good. */
type Row = readonly ["again" | "final", "not-written" | "in doubt" | "another id"];
/** Every error that kafkajs knows, and one that it does not know. */
const table: Readonly<Record<string, Row>> = {
  UNKNOWN: ["final", "in doubt"],
  OFFSET_OUT_OF_RANGE: ["again", "not-written"],
  CORRUPT_MESSAGE: ["again", "not-written"],
  UNKNOWN_TOPIC_OR_PARTITION: ["final", "not-written"],
  INVALID_FETCH_SIZE: ["final", "not-written"],
  LEADER_NOT_AVAILABLE: ["again", "not-written"],
  NOT_LEADER_FOR_PARTITION: ["again", "in doubt"],
  REQUEST_TIMED_OUT: ["again", "in doubt"],
  BROKER_NOT_AVAILABLE: ["again", "not-written"],
  REPLICA_NOT_AVAILABLE: ["again", "not-written"],
  MESSAGE_TOO_LARGE: ["final", "not-written"],
  STALE_CONTROLLER_EPOCH: ["again", "not-written"],
  OFFSET_METADATA_TOO_LARGE: ["final", "not-written"],
  NETWORK_EXCEPTION: ["again", "in doubt"],
  GROUP_LOAD_IN_PROGRESS: ["again", "not-written"],
  GROUP_COORDINATOR_NOT_AVAILABLE: ["again", "not-written"],
  NOT_COORDINATOR_FOR_GROUP: ["again", "not-written"],
  INVALID_TOPIC_EXCEPTION: ["final", "not-written"],
  RECORD_LIST_TOO_LARGE: ["final", "not-written"],
  NOT_ENOUGH_REPLICAS: ["again", "not-written"],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: ["again", "in doubt"],
  INVALID_REQUIRED_ACKS: ["final", "not-written"],
  ILLEGAL_GENERATION: ["again", "not-written"],
  INCONSISTENT_GROUP_PROTOCOL: ["final", "not-written"],
  INVALID_GROUP_ID: ["final", "not-written"],
  UNKNOWN_MEMBER_ID: ["again", "not-written"],
  INVALID_SESSION_TIMEOUT: ["final", "not-written"],
  REBALANCE_IN_PROGRESS: ["again", "not-written"],
  INVALID_COMMIT_OFFSET_SIZE: ["final", "not-written"],
  TOPIC_AUTHORIZATION_FAILED: ["final", "not-written"],
  GROUP_AUTHORIZATION_FAILED: ["final", "not-written"],
  CLUSTER_AUTHORIZATION_FAILED: ["final", "not-written"],
  INVALID_TIMESTAMP: ["final", "not-written"],
  UNSUPPORTED_SASL_MECHANISM: ["final", "not-written"],
  ILLEGAL_SASL_STATE: ["final", "not-written"],
  UNSUPPORTED_VERSION: ["final", "not-written"],
  TOPIC_ALREADY_EXISTS: ["final", "not-written"],
  INVALID_PARTITIONS: ["final", "not-written"],
  INVALID_REPLICATION_FACTOR: ["final", "not-written"],
  INVALID_REPLICA_ASSIGNMENT: ["final", "not-written"],
  INVALID_CONFIG: ["final", "not-written"],
  NOT_CONTROLLER: ["again", "not-written"],
  INVALID_REQUEST: ["final", "not-written"],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: ["final", "not-written"],
  POLICY_VIOLATION: ["final", "not-written"],
  OUT_OF_ORDER_SEQUENCE_NUMBER: ["again", "another id"],
  DUPLICATE_SEQUENCE_NUMBER: ["again", "another id"],
  INVALID_PRODUCER_EPOCH: ["again", "another id"],
  INVALID_TXN_STATE: ["final", "not-written"],
  INVALID_PRODUCER_ID_MAPPING: ["again", "another id"],
  INVALID_TRANSACTION_TIMEOUT: ["final", "not-written"],
  CONCURRENT_TRANSACTIONS: ["again", "not-written"],
  TRANSACTION_COORDINATOR_FENCED: ["final", "not-written"],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ["final", "not-written"],
  SECURITY_DISABLED: ["final", "not-written"],
  OPERATION_NOT_ATTEMPTED: ["final", "not-written"],
  KAFKA_STORAGE_ERROR: ["again", "in doubt"],
  LOG_DIR_NOT_FOUND: ["final", "not-written"],
  SASL_AUTHENTICATION_FAILED: ["final", "not-written"],
  UNKNOWN_PRODUCER_ID: ["again", "another id"],
  REASSIGNMENT_IN_PROGRESS: ["again", "not-written"],
  DELEGATION_TOKEN_AUTH_DISABLED: ["final", "not-written"],
  DELEGATION_TOKEN_NOT_FOUND: ["final", "not-written"],
  DELEGATION_TOKEN_OWNER_MISMATCH: ["final", "not-written"],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: ["final", "not-written"],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: ["final", "not-written"],
  DELEGATION_TOKEN_EXPIRED: ["final", "not-written"],
  INVALID_PRINCIPAL_TYPE: ["final", "not-written"],
  NON_EMPTY_GROUP: ["final", "not-written"],
  GROUP_ID_NOT_FOUND: ["final", "not-written"],
  FETCH_SESSION_ID_NOT_FOUND: ["again", "not-written"],
  INVALID_FETCH_SESSION_EPOCH: ["again", "not-written"],
  LISTENER_NOT_FOUND: ["again", "not-written"],
  TOPIC_DELETION_DISABLED: ["final", "not-written"],
  FENCED_LEADER_EPOCH: ["again", "not-written"],
  UNKNOWN_LEADER_EPOCH: ["again", "not-written"],
  UNSUPPORTED_COMPRESSION_TYPE: ["final", "not-written"],
  STALE_BROKER_EPOCH: ["again", "not-written"],
  OFFSET_NOT_AVAILABLE: ["again", "not-written"],
  MEMBER_ID_REQUIRED: ["again", "not-written"],
  PREFERRED_LEADER_NOT_AVAILABLE: ["again", "not-written"],
  GROUP_MAX_SIZE_REACHED: ["final", "not-written"],
  FENCED_INSTANCE_ID: ["final", "not-written"],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: ["again", "not-written"],
  ELECTION_NOT_NEEDED: ["again", "not-written"],
  NO_REASSIGNMENT_IN_PROGRESS: ["final", "not-written"],
  GROUP_SUBSCRIBED_TO_TOPIC: ["final", "not-written"],
  INVALID_RECORD: ["final", "not-written"],
  UNSTABLE_OFFSET_COMMIT: ["again", "not-written"],
  KAFKAJS_UNKNOWN_ERROR_CODE: ["final", "in doubt"],
};

const all = [...errorCodes, unknownCode];
const errorOf = (facts: object) =>
  wirekitErrorOf(new kafkajs.KafkaJSProtocolError(Object.assign(new Error("words"), facts)), {
    what: "Sending",
    topic: "payments",
  });

it("the table has every error that kafkajs knows", () => {
  expect(all.map(({ type }) => type).sort()).toEqual(Object.keys(table).sort());
});

describe.each(all)("$type", ({ type, ...facts }) => {
  const [again, written] = table[type] ?? ["final", "not-written"];

  it(`says whether another try may succeed: ${again}`, () => {
    expect(errorOf({ type, ...facts }).retryable).toBe(again === "again");
  });

  it(`of a batch that was sent once says: ${written}`, async () => {
    const batch = new BatchInFlight({ topic: "payments", partition: 0, records: [] });
    await batch.encode(new ProducerIdentity({ producerId: "1", producerEpoch: 0 }), {
      compression: 0,
      compress: undefined,
      now: () => 0,
    });
    batch.sent();
    if (written === "another id") {
      expect(batchFaultOf(type)).toBe("sequence");
      expect(batch.restart()).toBe(true);
      expect(batch.result).toBeUndefined();
      return;
    }
    expect(batchFaultOf(type)).not.toBe("sequence");
    const error = errorOf({ type, ...facts });
    batch.refused(type, error);
    expect(batch.result).toEqual({ kind: written === "in doubt" ? "unknown" : "refused", error });
    if (written === "not-written") expect(failedOutcome(error).kind).toBe("rejected");
  });

  it("leaves in doubt what an earlier request without an answer may have written", () => {
    const batch = new BatchInFlight({ topic: "payments", partition: 0, records: [] });
    batch.sent();
    batch.sent();
    const error = errorOf({ type, ...facts });
    if (batchFaultOf(type) === "sequence") {
      expect(batch.restart()).toBe(false);
      batch.giveUp(error);
    } else batch.refused(type, error);
    expect(batch.result?.kind).toBe(batchFaultOf(type) === "content" ? "refused" : "unknown");
  });

  it("never ends a member of a group at the first time", () => {
    const thrown = Object.assign(new Error("words"), { type });
    expect(new Refusals().isEnough(thrown, errorOf({ type, ...facts }))).toBe(false);
  });
});

describe("a member of a group", () => {
  const denied = ["GROUP_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED", "SASL_AUTHENTICATION_FAILED"];
  it.each(denied)("believes %s after the fifth time in a row", (type) => {
    const thrown = Object.assign(new Error("words"), { type });
    const error = errorOf({ type, code: 1, retriable: false });
    const refusals = new Refusals();
    const once = () => refusals.isEnough(thrown, error);
    expect([once(), once(), once(), once()]).toEqual([false, false, false, false]);
    refusals.reset();
    expect([once(), once(), once(), once(), once()]).toEqual([false, false, false, false, true]);
    expect(reactionTo(thrown)).toBe("fatal");
  });
});

describe("what kafkajs throws itself", () => {
  const named = (name: string, message = "words") => Object.assign(new Error(message), { name });
  it.each([
    ["KafkaJSConnectionError", "again"],
    ["KafkaJSConnectionClosedError", "again"],
    ["KafkaJSRequestTimeoutError", "again"],
    ["KafkaJSMetadataNotLoaded", "again"],
    ["KafkaJSTopicMetadataNotLoaded", "again"],
    ["KafkaJSStaleTopicMetadataAssignment", "again"],
    ["KafkaJSBrokerNotFound", "again"],
    ["KafkaJSNoBrokerAvailableError", "again"],
    ["KafkaJSGroupCoordinatorNotFound", "again"],
    ["KafkaJSPartialMessageError", "again"],
    ["KafkaJSTimeout", "again"],
    ["KafkaJSLockTimeout", "again"],
    ["KafkaJSInvariantViolation", "again"],
    ["KafkaJSInvalidVarIntError", "again"],
    ["KafkaJSInvalidLongError", "again"],
    ["TypeError", "again"],
    ["KafkaJSServerDoesNotSupportApiKey", "final"],
    ["KafkaJSNotImplemented", "final"],
    ["KafkaJSUnsupportedMagicByteInMessageSet", "final"],
  ])("%s: %s", (name, again) => {
    const error = wirekitErrorOf(named(name), { what: "Fetching" });
    expect(error.retryable).toBe(again === "again");
    expect(error.message).toMatch(/^Fetching: /);
    expect(failedOutcome(error).kind).toBe("not-sent");
  });

  it.each(["Snappy", "LZ4", "ZSTD"])(
    "says of a missing codec for %s what to install, and where it goes",
    (codec) => {
      const thrown = named("KafkaJSNotImplemented", `${codec} compression not implemented`);
      const error = wirekitErrorOf(thrown, { what: "Fetching", topic: "payments" });
      expect(error).toMatchObject({
        code: "message-bus/codec-missing",
        retryable: false,
        details: { codec },
      });
      expect(error.message).toContain('Fetching (topic "payments")');
      expect(error.message).toContain(`CompressionCodecs[CompressionTypes.${codec}]`);
      expect(error.message).toMatch(/Install one \(.*kafkajs.*\)/);
      expect(new Refusals().isEnough(thrown, error)).toBe(true);
    },
  );
});
