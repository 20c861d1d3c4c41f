import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LambdaUrlServer } from "@wirekit/devstack/lambda-url";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { type JsonObject, KindoClient, signRequest } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, startService } from "./stack.ts";

const numRuns = scale({ small: 100, full: 2_000 });

let server: LambdaUrlServer;
let client: KindoClient;
beforeAll(async () => {
  server = await startService();
  client = new KindoClient({ url: server.url, credentials });
});
afterAll(async () => {
  await client.close();
  await closeAll();
});

/** What the service stored last. */
function lastStored(): unknown {
  const stored = server.stored.at(-1);
  return stored?.securityLevel === "normal" ? stored.payload : undefined;
}

/** Any JSON object, with keys and texts of any characters. */
const jsonObject = fc.dictionary(
  fc.string({ unit: "binary" }),
  fc.jsonValue({ stringUnit: "binary", maxDepth: 4 }),
) as fc.Arbitrary<JsonObject>;

describe(`in ${numRuns} tries,`, () => {
  it("any JSON object arrives as it was, under a signature that verifies", async () => {
    await fc.assert(
      fc.asyncProperty(jsonObject, fc.string({ unit: "binary" }), async (payload, event_type) => {
        await client.send(aMessage({ payload, event_type }));
        expect(lastStored()).toEqual(payload);
        expect(server.stored.at(-1)?.eventType).toBe(event_type);
      }),
      { numRuns },
    );
  }, 120_000);

  it("a message is accepted at any path, with any query", async () => {
    const segment = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", ".", "..", "%2e", "%2F", "a%20b", "it's", "(a)*!", "~", "é", "a:b@c;d,e=f+g&h$i"),
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", "a=b", "a+b", "%7e", "%", "%zz", "it's"),
    );
    const query = fc.array(fc.tuple(text, fc.option(text)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 5 }), query, async (segments, pairs) => {
        const path = segments.join("/");
        const written = pairs.map(([name, value]) => (value === null ? name : `${name}=${value}`)).join("&");
        fc.pre(!/[?#]/.test(path) && !written.includes("#") && !/\p{Surrogate}/u.test(path + written));
        const url = `${server.url}${path}${written === "" ? "" : `?${written}`}`;
        const there = new KindoClient({ url, credentials });
        try {
          await expect(there.send(aMessage())).resolves.toMatchObject({ attempts: 1 });
        } finally {
          await there.close();
        }
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  }, 120_000);

  it("a request with any headers is accepted as it was signed", async () => {
    const name = fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
    const value = fc.stringMatching(/^[\t -~]{0,30}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 6 }), async (pairs) => {
        const body = JSON.stringify(aMessage());
        const { headers } = await signRequest(
          {
            method: "POST",
            url: server.url,
            body,
            headers: [["Content-Type", "application/json"], ...pairs],
          },
          { region: "ap-southeast-2", service: "lambda", credentials },
        );
        const response = await fetch(server.url, { method: "POST", body, headers });
        expect({ status: response.status, text: await response.text() }).toMatchObject({ status: 200 });
      }),
      { numRuns },
    );
  }, 120_000);
});
