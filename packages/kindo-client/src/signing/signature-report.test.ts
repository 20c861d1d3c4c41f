import { describe, expect, it } from "@jest/globals";
import { type RefusedSignature, reportSignature } from "./signature-report.ts";

const signedAt = Date.parse("2026-01-15T12:00:00.500Z");

function report(changes: Partial<RefusedSignature>) {
  return reportSignature({
    host: "abc.lambda-url.ap-southeast-2.on.aws",
    region: "ap-southeast-2",
    service: "lambda",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "the secret key" },
    signedAt,
    answeredAt: signedAt - 500,
    canonicalRequest: "POST\n/",
    stringToSign: "AWS4-HMAC-SHA256\n",
    body: '{"Message":"Forbidden"}',
    ...changes,
  });
}

describe("the likely cause of a refusal", () => {
  const temporary = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "the secret key", sessionToken: "token" };
  const { sessionToken: _, ...withoutToken } = temporary;

  it.each<[string, Partial<RefusedSignature>, string, string]>([
    ["a clock that is ahead", { answeredAt: signedAt - 600_500 }, "clock", "600 seconds ahead of"],
    ["a clock that is behind", { answeredAt: signedAt + 599_500 }, "clock", "600 seconds behind"],
    [
      "an expired signature",
      { body: "Signature expired: 1 is now earlier than 2", answeredAt: undefined },
      "clock",
      "by more than five minutes",
    ],
    ["a signature from the future", { body: "Signature not yet current: 2" }, "clock", "seconds"],
    ["another region, by the host", { region: "us-east-1" }, "region", "the host is in ap-southeast-2"],
    [
      "another region, by the answer",
      { host: "127.0.0.1", body: "Credential should be scoped to a valid region, not 'x'." },
      "region",
      "signed for the region ap-southeast-2",
    ],
    ["another service, by the host", { service: "execute-api" }, "service", "the host belongs to lambda"],
    [
      "another service, by the answer",
      { host: "127.0.0.1", body: "Credential should be scoped to correct service: 'lambda'." },
      "service",
      "signed for the service lambda",
    ],
    [
      "a temporary key without its token",
      { credentials: withoutToken },
      "session-token",
      "there was no session token",
    ],
    [
      "a token that is missing, by the answer",
      { body: "The security token is missing" },
      "session-token",
      "there was no",
    ],
    [
      "an expired token",
      { credentials: temporary, body: "The security token included in the request is expired" },
      "session-token",
      "has expired",
    ],
    [
      "a token of another key",
      { credentials: temporary, body: "The security token included in the request is invalid." },
      "session-token",
      "does not belong to the access key id",
    ],
    [
      "an unknown key",
      { body: "The security token included in the request is invalid." },
      "key",
      "is not known",
    ],
    [
      "a wrong secret",
      { body: "The request signature we calculated does not match the signature you provided." },
      "key",
      "the secret access key does not belong",
    ],
    ["a missing permission", { body: "User is not authorized to perform: x" }, "permission", "may not call"],
    ["anything else", {}, "unknown", "either the secret access key is wrong"],
  ])("is named for %s", (_name, changes, likelyCause, explanation) => {
    const found = report(changes);
    expect(found.likelyCause).toBe(likelyCause);
    expect(found.explanation).toContain(explanation);
  });

  it.each([299_500, -300_500])(
    "is not the clock when that is off by less than AWS bears (%d ms)",
    (offMs) => {
      expect(report({ answeredAt: signedAt + offMs }).likelyCause).toBe("unknown");
    },
  );
});

it("tells how far the clock is off, in whole seconds", () => {
  expect(report({ answeredAt: signedAt + 9_500 }).clockSkewMs).toBe(-10_000);
  expect(report({ answeredAt: undefined }).clockSkewMs).toBeUndefined();
});

it("shows what was signed without the session token", () => {
  const credentials = {
    accessKeyId: "A",
    secretAccessKey: "the secret key",
    sessionToken: "the session token",
  };
  const { canonicalRequest } = report({
    credentials,
    canonicalRequest: "POST\n/\n\nx-amz-security-token:the session token\n",
  });
  expect(canonicalRequest).toBe("POST\n/\n\nx-amz-security-token:[redacted]\n");
});
