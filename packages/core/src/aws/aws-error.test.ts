import { describe, expect, it } from "@jest/globals";
import { ConnectionError, RejectedError, UnconfirmedError, ValidationError, WirekitError } from "../index.ts";
import { failedOutcome } from "../kit/index.ts";
import { AwsError, AwsRejectedError, toAwsError, toEntryError } from "./aws-error.ts";

const what = 'Sending to the queue "orders"';

function sdkError(name: string, status?: number): Error {
  return Object.assign(new Error('the body was {"password":"hunter22"}'), {
    name,
    ...(status !== undefined && { $metadata: { httpStatusCode: status, requestId: "r-1" } }),
  });
}

describe("an error of AWS", () => {
  it("is a refusal, too, if AWS answered", () => {
    const error = toAwsError(what, sdkError("InvalidMessageContents", 400));
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toBeInstanceOf(AwsRejectedError);
    expect(error).toBeInstanceOf(RejectedError);
    expect(error).toBeInstanceOf(WirekitError);
    expect(failedOutcome(error).kind).toBe("rejected");
  });

  it("is no refusal if the request never left", () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED", syscall: "connect" });
    const error = toAwsError(what, refused);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).not.toBeInstanceOf(RejectedError);
    expect(failedOutcome(error).kind).toBe("not-sent");
    expect(error).toMatchObject({
      message: `${what} failed: ECONNREFUSED`,
      code: "aws/transient",
      retryable: true,
      request: "unsent",
      cause: refused,
    });
  });

  it("says what is known, and nothing of what AWS quoted", () => {
    const error = toAwsError(what, sdkError("InternalError", 500), { details: { queue: "orders" } });
    expect(error).toMatchObject({
      message: `${what} failed: InternalError, HTTP 500`,
      fault: "InternalError",
      requestId: "r-1",
      details: { queue: "orders", fault: "InternalError", status: 500, requestId: "r-1", request: "unknown" },
    });
    expect(error.cause).toBeUndefined();
  });

  it("keeps what AWS says about who may do what", () => {
    const denied = sdkError("AccessDenied", 403);
    expect(toAwsError(what, denied).cause).toBe(denied);
    expect(toAwsError(what, sdkError("SignatureDoesNotMatch", 403)).cause).toBeUndefined();
  });

  it("names the likely mistake", () => {
    expect(toAwsError(what, sdkError("QueueDoesNotExist", 400)).message).toBe(
      `${what} failed: QueueDoesNotExist, HTTP 400. Check its name, region and account`,
    );
  });

  it("is made of our own transports' errors, and of nothing else of ours", () => {
    expect(toAwsError(what, new ConnectionError("refused"))).toBeInstanceOf(AwsError);
    for (const error of [new ValidationError([]), new UnconfirmedError("It")]) {
      expect(toAwsError(what, error)).toBe(error);
    }
  });

  it("is a refusal if AWS refuses an entry of a batch", () => {
    const error = toEntryError(what, { Code: "InvalidMessageContents", SenderFault: true });
    expect(error).toBeInstanceOf(RejectedError);
    expect(error).toMatchObject({
      message: `${what} failed: InvalidMessageContents`,
      code: "aws/sender",
      retryable: false,
      details: { fault: "InvalidMessageContents", senderFault: true },
    });
  });
});
