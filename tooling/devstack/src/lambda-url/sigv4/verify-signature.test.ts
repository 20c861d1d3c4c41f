import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import type { RawRequest } from "../../../test/raw-http.ts";
import {
  amzDate,
  credentials,
  type SigningOptions,
  signedAt,
  signedRequest,
  temporaryCredentials,
  withHeader,
} from "../../../test/signed-request.ts";
import type { ReceivedRequest } from "../../http/received-request.ts";
import type { RefusalReason } from "./refusal.ts";
import { createSigningKeys } from "./signing-key.ts";
import { verifySignature } from "./verify-signature.ts";

const rules = {
  credentials: new Map([credentials, temporaryCredentials].map((one) => [one.accessKeyId, one])),
  keys: createSigningKeys(),
  region: "ap-southeast-2",
  service: "lambda",
};

function received({ method = "POST", target, headers, body = "" }: RawRequest): ReceivedRequest {
  const byName: Record<string, string> = {};
  for (const [name, value] of headers) byName[name.toLowerCase()] = value;
  return {
    number: 1,
    connection: 1,
    method,
    target,
    rawHeaders: headers,
    headers: byName,
    body: Buffer.from(body as string),
  };
}

function verdict(request: RawRequest, now = signedAt) {
  return verifySignature(received(request), rules, now);
}

function headerOf(request: RawRequest, name: string): string {
  return request.headers.find(([candidate]) => candidate === name)?.[1] ?? "";
}

describe("accepts what aws4 signed", () => {
  const cases: [string, SigningOptions][] = [
    ["a plain request", {}],
    ["temporary credentials", { credentials: temporaryCredentials }],
    ["a path", { target: "/v1/messages/" }],
    ["an encoded path", { target: "/a%20b/caf%C3%A9" }],
    ["doubled slashes", { target: "//a///b" }],
    ["a query", { target: "/?b=2&a=1&a=0" }],
    ["an encoded query", { target: "/?q=a%20b%2Bc%26d%3De" }],
    ["more headers", { headers: { "X-Custom": "  a   b ", "x-amz-meta": "1" } }],
    ["a unicode body", { body: '{"name":"Zoë 🚀"}' }],
    ["no body", { method: "GET", body: "" }],
  ];
  it.each(cases)("%s", (_, options) => {
    expect(verdict(signedRequest(options))).toMatchObject({ kind: "accepted" });
  });
});

it("accepts a query that is signed as it is written, where that is not how AWS would encode it", () => {
  const asWritten = "/?b=x,y&a=1";
  const canonical = `POST\n/\na=1&b=x,y\nhost:x\nx-amz-date:20260115T120000Z\n\nhost;x-amz-date\n${sha256("")}`;
  const scope = "20260115/ap-southeast-2/lambda/aws4_request";
  const stringToSign = `AWS4-HMAC-SHA256\n20260115T120000Z\n${scope}\n${sha256(canonical)}`;
  const key = scope
    .split("/")
    .reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, stringToSign).toString("hex");
  const headers = [
    ["Host", "x"],
    ["X-Amz-Date", "20260115T120000Z"],
    [
      "Authorization",
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
    ],
  ] as const;
  expect(verdict({ target: asWritten, headers, body: "" }).kind).toBe("accepted");
  expect(verdict({ target: "/?b=x,z&a=1", headers, body: "" }).kind).toBe("refused");

  function sha256(text: string): string {
    return createHash("sha256").update(text).digest("hex");
  }
  function hmac(hmacKey: string | Buffer, text: string): Buffer {
    return createHmac("sha256", hmacKey).update(text).digest();
  }
});

it("says who signed what", () => {
  const request = signedRequest({ credentials: temporaryCredentials });
  expect(verdict(request)).toEqual({
    kind: "accepted",
    accessKeyId: temporaryCredentials.accessKeyId,
    signedHeaders: ["content-type", "host", "x-amz-date", "x-amz-security-token"],
  });
});

describe("refuses, with the reason, a request", () => {
  const signed = signedRequest({ target: "/a?b=1" });
  const withToken = signedRequest({ credentials: temporaryCredentials });
  const authorization = headerOf(signed, "Authorization");
  const altered = (pattern: RegExp | string, text: string) =>
    withHeader(signed, "Authorization", authorization.replace(pattern, text));
  const withRepeated = (name: string) => ({
    ...signed,
    headers: [...signed.headers, [name, headerOf(signed, name)] as const],
  });

  const cases: [string, RawRequest, RefusalReason][] = [
    ["whose body was changed", { ...signed, body: `${signed.body} ` }, "signature-mismatch"],
    ["whose method was changed", { ...signed, method: "PUT" }, "signature-mismatch"],
    ["whose path was changed", { ...signed, target: "/A?b=1" }, "signature-mismatch"],
    ["whose query was changed", { ...signed, target: "/a?b=2" }, "signature-mismatch"],
    ["whose query was dropped", { ...signed, target: "/a" }, "signature-mismatch"],
    ["whose query grew", { ...signed, target: "/a?b=1&c" }, "signature-mismatch"],
    ["whose host was changed", withHeader(signed, "Host", "other.example"), "signature-mismatch"],
    ["whose type was changed", withHeader(signed, "Content-Type", "text/plain"), "signature-mismatch"],
    [
      "whose date was moved within the window",
      withHeader(signed, "X-Amz-Date", amzDate(signedAt + 1000)),
      "signature-mismatch",
    ],
    [
      "signed with another secret",
      signedRequest({ credentials: { ...credentials, secretAccessKey: "wrong" } }),
      "signature-mismatch",
    ],
    ["whose signature is another one", altered(/Signature=./, "Signature=x"), "signature-mismatch"],
    ["whose signature is cut short", altered(/Signature=(.{63})./, "Signature=$1"), "signature-mismatch"],
    [
      "whose signature is in upper case",
      altered(/Signature=.*/, (authorization.match(/Signature=(.*)/)?.[1] ?? "").toUpperCase()),
      "authorization-malformed",
    ],
    ["without authorization", withHeader(signed, "Authorization", undefined), "authorization-missing"],
    ["with another scheme", withHeader(signed, "Authorization", "Basic eDp5"), "authorization-malformed"],
    ["with an unknown key", altered("AKIDEXAMPLE", "AKIDOTHER"), "key-unknown"],
    ["signed for another region", signedRequest({ region: "us-east-1" }), "scope-region"],
    ["signed for another service", signedRequest({ service: "execute-api" }), "scope-service"],
    ["whose region was rewritten", altered("ap-southeast-2", "us-east-1"), "scope-region"],
    ["whose service was rewritten", altered("/lambda/", "/sqs/"), "scope-service"],
    ["with another terminator", altered("aws4_request", "aws5_request"), "scope-terminator"],
    ["whose scope has another day", altered("/20260115/", "/20260114/"), "scope-date"],
    ["without a date", withHeader(altered("x-amz-date", "x-a"), "X-A", "1"), "header-not-signed"],
    ["with a date in another form", withHeader(signed, "X-Amz-Date", "2026-01-15"), "date-malformed"],
    [
      "with a date that does not exist",
      withHeader(signed, "X-Amz-Date", "20260231T120000Z"),
      "date-malformed",
    ],
    [
      "with a claim about its body that is not so",
      signedRequest({ headers: { "X-Amz-Content-Sha256": "0".repeat(64) } }),
      "body-hash-mismatch",
    ],
    [
      "with an unsigned body",
      signedRequest({ headers: { "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" } }),
      "body-hash-mismatch",
    ],
    ["with an unsigned x-amz- header", withHeader(signed, "X-Amz-Target", "x"), "header-not-signed"],
    ["whose host is not signed", altered("host;", ""), "header-not-signed"],
    ["whose type is not signed", altered("content-type;", ""), "header-not-signed"],
    [
      "whose signed headers are not sorted",
      altered("host;x-amz-date", "x-amz-date;host"),
      "authorization-malformed",
    ],
    ["with a signed header that is not there", altered("host;", "host;via;"), "header-missing"],
    ["with two dates", withRepeated("X-Amz-Date"), "header-repeated"],
    ["with two hosts", withRepeated("Host"), "header-repeated"],
    ["with two authorizations", withRepeated("Authorization"), "header-repeated"],
    ["without its token", withHeader(withToken, "X-Amz-Security-Token", undefined), "token-missing"],
    ["with another token", withHeader(withToken, "X-Amz-Security-Token", "other"), "token-mismatch"],
    [
      "with a token that its key does not have",
      signedRequest({ credentials: { ...credentials, sessionToken: "made-up" } }),
      "token-mismatch",
    ],
    [
      "whose token was left out of the signature",
      withHeader(
        signedRequest({
          credentials: { ...credentials, accessKeyId: temporaryCredentials.accessKeyId },
        }),
        "X-Amz-Security-Token",
        temporaryCredentials.sessionToken,
      ),
      "header-not-signed",
    ],
  ];
  it.each(cases)("%s", (_, request, reason) => {
    expect(verdict(request)).toMatchObject({ kind: "refused", reason });
  });
});

describe("the window of five minutes", () => {
  const minutes = 60_000;
  it.each([-5 * minutes, 0, 5 * minutes])("takes a clock that is off by %d ms", (offMs) => {
    expect(verdict(signedRequest({ date: signedAt }), signedAt + offMs).kind).toBe("accepted");
  });

  it("refuses an older signature as expired, and says when it came", () => {
    expect(verdict(signedRequest(), signedAt + 5 * minutes + 1000)).toMatchObject({
      reason: "expired",
      errorType: "InvalidSignatureException",
      message:
        "Signature expired: 20260115T120000Z is now earlier than 20260115T120001Z (20260115T120501Z - 5 min.)",
    });
  });

  it("refuses one from the future as not yet current", () => {
    expect(verdict(signedRequest(), signedAt - 5 * minutes - 1000)).toMatchObject({
      reason: "not-yet-valid",
      message: expect.stringContaining("Signature not yet current: 20260115T120000Z is still later than"),
    });
  });
});

it("shows what it would have signed, and no secret key, when the signature does not match", () => {
  const refusal = verdict({ ...signedRequest(), body: "{}" });
  if (refusal.kind === "accepted") throw new Error("was accepted");
  expect(refusal.message).toContain("POST\n/\n\ncontent-type:application/json\nhost:producer.localhost\n");
  expect(refusal.message).toContain(
    "AWS4-HMAC-SHA256\n20260115T120000Z\n20260115/ap-southeast-2/lambda/aws4_request\n",
  );
  expect(refusal.message).not.toContain(credentials.secretAccessKey);
});
