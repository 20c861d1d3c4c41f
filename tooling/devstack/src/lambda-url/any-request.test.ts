import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { sendRaw } from "../../test/raw-http.ts";
import { credentials, signedAt, signedRequest, validMessage, withHeader } from "../../test/signed-request.ts";
import { type LambdaUrlServer, startLambdaUrl } from "./lambda-url.ts";

const numRuns = scale({ small: 50, full: 2000 });

let server: LambdaUrlServer;

beforeAll(async () => {
  server = await startLambdaUrl({ credentials, now: () => signedAt });
});

afterAll(() => server.close());

const segment = fc
  .oneof(fc.constantFrom("", ".", "..", "a", "a.b", "~"), fc.string({ unit: "binary", maxLength: 6 }))
  .map(percentEncoded);
const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join("/")}`);
// Names are not empty, because aws4 drops those that are.
const pair = fc
  .tuple(
    fc.string({ unit: "binary", minLength: 1, maxLength: 5 }),
    fc.string({ unit: "binary", maxLength: 5 }),
  )
  .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`);
const query = fc
  .array(pair, { maxLength: 4 })
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.join("&")}`));
const payload = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" }));

function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

it(`accepts any path, query and payload that aws4 signed, and keeps the payload (${numRuns} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(path, query, payload, async (somePath, someQuery, somePayload) => {
      const body = JSON.stringify({ ...validMessage, payload: somePayload });
      const request = signedRequest({ target: somePath + someQuery, body });
      server.forget();
      const response = await sendRaw(server.url, request);
      expect({ status: response.status, body: response.body.toString() }).toMatchObject({ status: 200 });
      expect(JSON.stringify(server.stored[0])).toContain(JSON.stringify(JSON.parse(body).payload));
    }),
    { numRuns },
  );
});

const host = "producer.localhost";
const signed = signedRequest({ target: "/a/b?c=d" });
const body = signed.body as string;

/** The request with one character of one of its parts changed. */
const changedRequest = fc
  .tuple(
    fc.constantFrom("body", "target", "host"),
    fc.nat(),
    fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789"),
  )
  .map(([part, position, character]) => {
    if (part === "body") return { ...signed, body: changeAt(body, position, character) };
    if (part === "host") return withHeader(signed, "Host", changeAt(host, position, character));
    return { ...signed, target: `/${changeAt(signed.target.slice(1), position, character)}` };
  });

it(`refuses a request of which one character was changed (${numRuns} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(changedRequest, async (request) => {
      await expect(sendRaw(server.url, request)).resolves.toMatchObject({ status: 403 });
    }),
    { numRuns },
  );
});

/** Another character at `position`: `character`, or `_` where that stands there already. */
function changeAt(text: string, position: number, character: string): string {
  const index = position % text.length;
  const other = text[index] === character ? "_" : character;
  return text.slice(0, index) + other + text.slice(index + 1);
}
