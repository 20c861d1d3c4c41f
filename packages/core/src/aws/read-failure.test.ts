import { expect, it } from "@jest/globals";
import { TimeoutError } from "../index.ts";
import type { AwsFailureKind } from "./failure-table.ts";
import { type AwsRequestState, readAwsFailure, readEntryFailure } from "./read-failure.ts";

const answered = (
  name: string,
  httpStatusCode: number,
  message = "what AWS says may quote what was sent",
) => ({ name, message, $metadata: { httpStatusCode, requestId: "r-1" } });

it.each<[string, number, AwsFailureKind, AwsRequestState]>([
  ["ThrottlingException", 400, "throttled", "answered"],
  ["RequestThrottled", 403, "throttled", "answered"],
  ["KMS.ThrottlingException", 400, "throttled", "answered"],
  ["KmsThrottled", 400, "throttled", "answered"],
  ["SlowDown", 503, "throttled", "answered"],
  ["Whatever", 429, "throttled", "answered"],
  ["RequestTimeTooSkewed", 403, "transient", "answered"],
  ["RequestExpired", 400, "transient", "answered"],
  ["ExpiredToken", 403, "transient", "answered"],
  ["ExpiredTokenException", 400, "transient", "answered"],
  ["OverLimit", 403, "transient", "answered"],
  ["QueueDeletedRecently", 400, "transient", "answered"],
  ["InternalError", 500, "transient", "unknown"],
  ["ServiceUnavailable", 503, "transient", "answered"],
  ["Whatever", 502, "transient", "unknown"],
  ["Whatever", 408, "transient", "unknown"],
  ["SyntaxError", 200, "transient", "unknown"],
  ["AccessDeniedException", 403, "denied", "answered"],
  ["AuthorizationErrorException", 403, "denied", "answered"],
  ["InvalidClientTokenId", 400, "denied", "answered"],
  ["SignatureDoesNotMatch", 403, "denied", "answered"],
  ["KMS.DisabledException", 400, "denied", "answered"],
  ["Whatever", 403, "denied", "answered"],
  ["QueueDoesNotExist", 400, "gone", "answered"],
  ["AWS.SimpleQueueService.NonExistentQueue", 400, "gone", "answered"],
  ["NotFoundException", 404, "gone", "answered"],
  ["com.amazonaws.sqs#QueueDoesNotExist", 400, "gone", "answered"],
  ["InvalidParameterValue", 400, "sender", "answered"],
  ["TopicLimitExceededException", 403, "sender", "answered"],
  ["Whatever", 400, "sender", "answered"],
])("takes %s with status %d for %s, %s", (name, status, kind, request) => {
  expect(readAwsFailure(answered(name, status))).toMatchObject({
    kind,
    request,
    fault: name,
    status,
    requestId: "r-1",
    retryable: kind === "transient" || kind === "throttled",
  });
});

it.each(["InvalidSignatureException", "SignatureDoesNotMatch"])(
  "takes %s for transient if the clock is to blame",
  (name) => {
    const expired = "Signature expired: 20300101T000000Z is now earlier than 20300101T001000Z";
    const early = "Signature not yet current: 20300101T000000Z is still later than 20291231T230000Z";
    const wrongKey = "The request signature we calculated does not match the signature you provided";
    expect(readAwsFailure(answered(name, 403, expired)).kind).toBe("transient");
    expect(readAwsFailure(answered(name, 403, early)).kind).toBe("transient");
    expect(readAwsFailure(answered(name, 403, wrongKey)).kind).toBe("denied");
  },
);

const failed = (fields: object, message = "socket") => Object.assign(new Error(message), fields);

it.each<[string, object, AwsRequestState]>([
  [
    "ECONNREFUSED",
    failed({ message: "AWS SDK error wrapper for Error: connect ECONNREFUSED 127.0.0.1:1" }),
    "unsent",
  ],
  ["ECONNRESET", failed({ message: "AWS SDK error wrapper for Error: read ECONNRESET" }), "unknown"],
  ["ECONNREFUSED", failed({ name: "TimeoutError", code: "ECONNREFUSED", syscall: "connect" }), "unsent"],
  ["ENOTFOUND", failed({ code: "ENOTFOUND", syscall: "getaddrinfo" }), "unsent"],
  ["EAI_AGAIN", failed({ code: "EAI_AGAIN" }), "unsent"],
  ["ETIMEDOUT", failed({ name: "TimeoutError", code: "ETIMEDOUT", syscall: "connect" }), "unsent"],
  [
    "ETIMEDOUT",
    failed({ code: "ETIMEDOUT", errors: [{ syscall: "connect" }, { syscall: "connect" }] }),
    "unsent",
  ],
  ["ETIMEDOUT", failed({ name: "TimeoutError", code: "ETIMEDOUT" }), "unknown"],
  [
    "TimeoutError",
    failed({ name: "TimeoutError" }, "the request socket did not establish a connection"),
    "unsent",
  ],
  ["TimeoutError", failed({ name: "TimeoutError" }, "the request socket timed out"), "unknown"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", failed({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }), "unsent"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", failed({ code: "ERR_TLS_CERT_ALTNAME_INVALID" }), "unsent"],
  [
    "ECONNRESET",
    failed(
      { code: "ECONNRESET" },
      "Client network socket disconnected before secure TLS connection was established",
    ),
    "unsent",
  ],
  ["ECONNRESET", failed({ code: "ECONNRESET", syscall: "read" }), "unknown"],
  ["EPIPE", failed({ code: "EPIPE", syscall: "write" }), "unknown"],
  ["AbortError", failed({ name: "AbortError" }), "unknown"],
  ["ECONNREFUSED", failed({}, "AWS SDK error wrapper for Error: connect ECONNREFUSED 127.0.0.1:1"), "unsent"],
  ["ECONNRESET", failed({}, "AWS SDK error wrapper for Error: read ECONNRESET"), "unknown"],
  [
    "TimeoutError",
    failed({}, "AWS SDK error wrapper for TimeoutError: the request socket timed out"),
    "unknown",
  ],
  ["TimeoutError", new TimeoutError("The look-up", 5), "unknown"],
  ["CredentialsProviderError", failed({ name: "CredentialsProviderError" }), "unsent"],
])("knows of %s whether the request left: %#", (fault, thrown, request) => {
  expect(readAwsFailure(thrown)).toMatchObject({ kind: "transient", retryable: true, fault, request });
});

it("takes the runtime's own errors for a request that cannot be written, which one entry can cause", () => {
  for (const thrown of [new URIError("URI malformed"), new TypeError("x is not a function")]) {
    expect(readAwsFailure(thrown)).toMatchObject({ kind: "sender", request: "unsent", retryable: false });
    expect(readAwsFailure(thrown).byOneEntry).toBe(true);
  }
  expect(readAwsFailure(new TypeError("fetch failed"))).toMatchObject({
    kind: "transient",
    request: "unknown",
  });
});

it.each([
  ["InvalidMessageContents", 400, true],
  ["InvalidParameterValue", 400, true],
  ["ReceiptHandleIsInvalid", 400, true],
  ["BatchRequestTooLong", 400, true],
  ["Whatever", 400, true],
  ["QueueDoesNotExist", 400, false],
  ["AccessDenied", 403, false],
  ["SignatureDoesNotMatch", 403, false],
  ["UnsupportedOperation", 400, false],
  ["InternalError", 500, false],
])("knows of %s with status %d whether one entry can cause it: %j", (name, status, byOneEntry) => {
  expect(readAwsFailure(answered(name, status)).byOneEntry).toBe(byOneEntry);
});

it("believes an SDK that says an error may pass", () => {
  expect(readAwsFailure({ ...answered("Odd", 400), $retryable: {} })).toMatchObject({ kind: "transient" });
  const throttling = { throttling: true };
  expect(readAwsFailure({ ...answered("Odd", 400), $retryable: throttling })).toMatchObject({
    kind: "throttled",
  });
});

it.each([undefined, null, "text", 7, {}, { name: 7, code: {} }])("reads %j, whatever it is", (thrown) => {
  expect(readAwsFailure(thrown)).toMatchObject({
    kind: "transient",
    request: "unknown",
    fault: "Error",
    retryable: true,
  });
});

it.each<[string, boolean, AwsFailureKind]>([
  ["InternalError", false, "transient"],
  ["Unknown", false, "transient"],
  ["InvalidMessageContents", false, "transient"],
  ["RequestThrottled", false, "throttled"],
  ["RequestThrottled", true, "throttled"],
  ["KMS.ThrottlingException", true, "throttled"],
  ["AuthorizationError", true, "denied"],
  ["InvalidMessageContents", true, "sender"],
  ["Odd", true, "sender"],
])("takes an entry that failed with %s (by the sender: %j) for %s", (Code, SenderFault, kind) => {
  expect(readEntryFailure({ Code, SenderFault })).toMatchObject({ kind, request: "answered", fault: Code });
});
