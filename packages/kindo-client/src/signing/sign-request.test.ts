import { describe, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { credentials } from "../../test/messages.ts";
import type { SignableRequest, SignOptions } from "./sign-options.ts";
import { signRequest } from "./sign-request.ts";

const date = new Date("2026-01-15T12:00:00.789Z");
const options: SignOptions = { region: "ap-southeast-2", service: "lambda", credentials, date };
const request: SignableRequest = { method: "POST", url: "https://example.com/", body: "{}" };

describe("the headers of a signed request", () => {
  it("are the request's own and those of the signature, and Host only when it was given", async () => {
    const { headers } = await signRequest({ ...request, headers: { "Content-Type": "a/b" } }, options);
    expect(Object.keys(headers)).toEqual(["Content-Type", "X-Amz-Date", "Authorization"]);
    expect(headers["X-Amz-Date"]).toBe("20260115T120000Z");
    const withHost = await signRequest({ ...request, headers: [["host", "other.example"]] }, options);
    expect(withHost.headers).toMatchObject({ host: "other.example" });
    expect(withHost.canonicalRequest).toContain("\nhost:other.example\n");
  });

  it("take the place of an older signature", async () => {
    const old = { authorization: "old", "X-AMZ-DATE": "old", "x-amz-security-token": "old" };
    const { headers, canonicalRequest } = await signRequest({ ...request, headers: old }, options);
    expect(Object.keys(headers)).toEqual(["X-Amz-Date", "Authorization"]);
    expect(canonicalRequest).not.toContain("old");
  });

  it("hold the body's hash when it is to be signed", async () => {
    const { headers } = await signRequest(request, { ...options, signBody: true });
    const hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    expect(headers["X-Amz-Content-Sha256"]).toBe(hash);
    expect(headers.Authorization).toContain("SignedHeaders=host;x-amz-content-sha256;x-amz-date");
  });

  it("hold a token that was added after signing", async () => {
    const temporary = { ...credentials, sessionToken: "token" };
    const signed = await signRequest(request, { ...options, credentials: temporary, omitSessionToken: true });
    expect(signed.headers["X-Amz-Security-Token"]).toBe("token");
    expect(signed.canonicalRequest).not.toContain("token");
  });

  it("that a connection may change are handed on, but not signed", async () => {
    const unsigned = { Connection: "close", "User-Agent": "x", "X-Amzn-Trace-Id": "y", TE: "z" };
    const { headers } = await signRequest({ ...request, headers: unsigned }, options);
    expect(headers).toMatchObject(unsigned);
    expect(headers.Authorization).toContain("SignedHeaders=host;x-amz-date,");
  });
});

it("signs bytes as it signs the text that they are", async () => {
  const bytes = new TextEncoder().encode('{"a": "é"}');
  const ofBytes = await signRequest({ ...request, body: bytes }, options);
  const ofText = await signRequest({ ...request, body: '{"a": "é"}' }, options);
  expect(ofBytes).toEqual(ofText);
});

it("signs an absent body as an empty one", async () => {
  const absent = await signRequest({ method: "GET", url: "https://example.com/" }, options);
  const empty = await signRequest({ method: "GET", url: "https://example.com/", body: "" }, options);
  expect(absent).toEqual(empty);
});

describe("what it remembers", () => {
  it("does not outlive the day, the region, the service or the key", async () => {
    const held = { ...credentials };
    const sign = (changes: Partial<SignOptions>) =>
      signRequest(request, { ...options, credentials: held, ...changes });
    const fresh = (changes: Partial<SignOptions>) =>
      signRequest(request, { ...options, credentials: { ...held }, ...changes });
    const changes = [
      {},
      { region: "us-east-1" },
      { service: "execute-api" },
      { date: new Date("2026-01-16T00:00:00Z") },
      { date: new Date("2026-01-15T23:59:59.999Z") },
      {},
    ];
    for (const change of changes) expect(await sign(change)).toEqual(await fresh(change));
    held.secretAccessKey = "another secret";
    expect(await sign({})).toEqual(await fresh({}));
    held.accessKeyId = "AKIDOTHER";
    expect(await sign({})).toEqual(await fresh({}));
  });

  it("does not let requests that are signed together mix", async () => {
    const urls = Array.from({ length: 50 }, (_, index) => `https://host${index % 7}.example/path${index}`);
    const together = await Promise.all(urls.map((url) => signRequest({ ...request, url }, options)));
    for (const [index, url] of urls.entries()) {
      const alone = await signRequest({ ...request, url }, { ...options, credentials: { ...credentials } });
      expect(together[index]).toEqual(alone);
    }
  });
});

describe("what cannot be signed is refused:", () => {
  it("a URL without a host, where no header names one", async () => {
    await expect(signRequest({ ...request, url: "/path" }, options)).rejects.toThrow("url must be absolute");
  });

  it("a date that is none", async () => {
    const invalid = { ...options, date: new Date(Number.NaN) };
    await expect(signRequest(request, invalid)).rejects.toThrow("date must be a valid Date");
  });

  it("missing credentials, region and service, all at once", async () => {
    const nothing = { region: "", service: undefined, credentials: { accessKeyId: "" } };
    await expect(signRequest(request, nothing as never)).rejects.toMatchObject({
      name: "ConfigError",
      details: { names: ["region", "service", "credentials.accessKeyId", "credentials.secretAccessKey"] },
    });
    await expect(signRequest(request, { ...options, credentials: undefined } as never)).rejects.toThrow(
      "credentials.accessKeyId is required",
    );
  });
});

it("never puts the secret into what it answers", async () => {
  await fc.assert(
    fc.asyncProperty(fc.webUrl({ withQueryParameters: true }), fc.string(), async (url, body) => {
      const signed = await signRequest({ method: "POST", url, body }, options);
      expect(JSON.stringify(signed)).not.toContain(credentials.secretAccessKey);
    }),
    { numRuns: scale({ small: 20, full: 1_000 }) },
  );
});
