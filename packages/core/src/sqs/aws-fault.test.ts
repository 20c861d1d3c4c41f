import { expect, it } from "@jest/globals";
import { readAwsFault } from "./aws-fault.ts";

const answered = (name: string, httpStatusCode: number) => ({
  name,
  message: "what AWS says may quote what was sent",
  $metadata: { httpStatusCode, requestId: "r-1" },
});

it.each([
  ["ThrottlingException", 400, "throttled", true],
  ["Whatever", 429, "throttled", true],
  ["AccessDeniedException", 403, "access-denied", false],
  ["InvalidClientTokenId", 400, "access-denied", false],
  ["QueueDoesNotExist", 400, "not-found", false],
  ["AWS.SimpleQueueService.NonExistentQueue", 400, "not-found", false],
  ["InvalidParameterValue", 400, "refused", false],
  ["InternalError", 500, "connection", true],
  ["Whatever", 503, "connection", true],
])("takes %s with status %d for %s", (name, status, kind, retryable) => {
  expect(readAwsFault(answered(name, status))).toEqual({
    kind,
    fault: name,
    status,
    requestId: "r-1",
    retryable,
  });
});

it("calls a fault of the network by Node's code for it, and takes none for a queue that is missing", () => {
  for (const code of ["ECONNRESET", "ENOTFOUND"]) {
    expect(readAwsFault(Object.assign(new Error("socket"), { code }))).toMatchObject({
      kind: "connection",
      fault: code,
      status: undefined,
      retryable: true,
    });
  }
});

it("believes an SDK that says an error may pass", () => {
  expect(readAwsFault({ ...answered("Odd", 400), $retryable: {} })).toMatchObject({ retryable: true });
});

it.each([undefined, null, "text", 7, {}, { name: 7, code: {} }])("reads %j, whatever it is", (thrown) => {
  expect(readAwsFault(thrown)).toMatchObject({ kind: "connection", fault: "Error", retryable: true });
});
