import { describe, expect, it } from "@jest/globals";
import { parseAuthorization } from "./authorization-header.ts";

const credential = "Credential=AKID/20260115/eu-west-1/lambda/aws4_request";
const signedHeaders = "SignedHeaders=host;x-amz-date";
const signature = "Signature=abc";

it.each([
  `AWS4-HMAC-SHA256 ${credential}, ${signedHeaders}, ${signature}`,
  `AWS4-HMAC-SHA256 ${credential},${signedHeaders},${signature}`,
  `AWS4-HMAC-SHA256 ${signature}, ${credential},   ${signedHeaders}`,
])("takes %s apart", (header) => {
  expect(parseAuthorization(header)).toEqual({
    accessKeyId: "AKID",
    scope: { date: "20260115", region: "eu-west-1", service: "lambda", terminator: "aws4_request" },
    signedHeaders: ["host", "x-amz-date"],
    signature: "abc",
  });
});

describe("names what is wrong with", () => {
  it.each([
    ["", "requires the algorithm AWS4-HMAC-SHA256"],
    ["Bearer abc", "requires the algorithm AWS4-HMAC-SHA256"],
    [`AWS4-HMAC-SHA512 ${credential}, ${signedHeaders}, ${signature}`, "requires the algorithm"],
    [`AWS4-HMAC-SHA256 ${signedHeaders}, ${signature}`, "requires 'Credential' parameter"],
    [`AWS4-HMAC-SHA256 ${credential}, ${signature}`, "requires 'SignedHeaders' parameter"],
    [`AWS4-HMAC-SHA256 ${credential}, ${signedHeaders}`, "requires 'Signature' parameter"],
    [`AWS4-HMAC-SHA256 ${credential}, ${signedHeaders}, Signature=`, "requires 'Signature' parameter"],
    [`AWS4-HMAC-SHA256 ${signature}, ${signature}, ${signature}`, "has 'Signature' twice"],
    [`AWS4-HMAC-SHA256 Credential=AKID, ${signedHeaders}, ${signature}`, "'Credential' parameter"],
    [`AWS4-HMAC-SHA256 Credential=A/B/1/2/3/4, ${signedHeaders}, ${signature}`, "'Credential' parameter"],
  ])("%j", (header, problem) => {
    expect(parseAuthorization(header)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
