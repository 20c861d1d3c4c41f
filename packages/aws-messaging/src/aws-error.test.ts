import { expect, it } from "@jest/globals";
import { ConnectionError } from "@wirekit/core";
import { toAwsError } from "./aws-error.ts";
import { AWSConnectionError, InvalidMessageError } from "./errors.ts";

function sdkError(name: string, status?: number): Error {
  return Object.assign(new Error('the body was {"password":"hunter22"}'), {
    name,
    ...(status !== undefined && { $metadata: { httpStatusCode: status, requestId: "r-1" } }),
  });
}

it.each([
  ["ThrottlingException", 400, "aws-messaging/throttled", true],
  ["RequestThrottled", 403, "aws-messaging/throttled", true],
  ["AuthorizationErrorException", 403, "aws-messaging/access-denied", false],
  ["SignatureDoesNotMatch", 403, "aws-messaging/access-denied", false],
  ["QueueDoesNotExist", 400, "aws-messaging/not-found", false],
  ["NotFoundException", 404, "aws-messaging/not-found", false],
  ["InvalidParameterException", 400, "aws-messaging/refused", false],
  ["InternalErrorException", 500, "aws-messaging/connection", true],
  ["ServiceUnavailable", 503, "aws-messaging/connection", true],
  ["TimeoutError", undefined, "aws-messaging/connection", true],
] as const)("maps %s with status %s to %s", (name, status, code, retryable) => {
  const error = toAwsError("Publishing to prod-user-events", sdkError(name, status));
  expect(error).toBeInstanceOf(AWSConnectionError);
  expect(error).toMatchObject({ code, retryable, details: { fault: name, status } });
});

it("keeps the request id and the cause, and nothing of what AWS quoted", () => {
  const cause = sdkError("InternalErrorException", 500);
  const error = toAwsError("Publishing to t", cause) as AWSConnectionError;
  expect(error.requestId).toBe("r-1");
  expect(error.cause).toBe(cause);
  expect(error.message).toBe("Publishing to t failed: InternalErrorException, HTTP 500");
});

it.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"])("names what the network said: %s", (code) => {
  const refused = Object.assign(new Error("connect"), { code });
  expect(toAwsError("Receiving", refused)).toMatchObject({
    message: `Receiving failed: ${code}`,
    code: "aws-messaging/connection",
    retryable: true,
  });
});

it("gives connection errors of our own transports the same name", () => {
  expect(toAwsError("Receiving", new ConnectionError("refused"))).toBeInstanceOf(AWSConnectionError);
});

it("leaves errors of this package alone", () => {
  const error = new InvalidMessageError("too large", { code: "aws-messaging/too-large" });
  expect(toAwsError("Publishing", error)).toBe(error);
});

it("copes with what is no error", () => {
  expect(toAwsError("Receiving", undefined)).toMatchObject({ code: "aws-messaging/connection" });
});
