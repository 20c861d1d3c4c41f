import { afterEach, describe, expect, it } from "@jest/globals";
import { systemClock } from "@wirekit/core";
import { credentialsExpired } from "@wirekit/devstack/lambda-url";
import { type KindoUrlOptions, type RefusalCause, SendError } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, openClient, startBoth, startService } from "./stack.ts";

afterEach(closeAll);

const temporary = { ...credentials, accessKeyId: "ASIAEXAMPLE", sessionToken: "the session token of it" };
const { sessionToken: _, ...withoutToken } = temporary;
const offBy = (ms: number) => ({ ...systemClock, now: () => Date.now() + ms });

describe("a signature that is refused says what is probably wrong:", () => {
  it.each<[string, Partial<KindoUrlOptions>, RefusalCause, string]>([
    ["the clock, which is behind", { clock: offBy(-600_000) }, "clock", "this machine's clock is"],
    ["the clock, which is ahead", { clock: offBy(600_000) }, "clock", "ahead of the service's"],
    ["the region", { region: "us-east-1" }, "region", "it was signed for the region us-east-1"],
    ["the service", { service: "execute-api" }, "service", "it was signed for the service execute-api"],
    ["a missing session token", { credentials: withoutToken }, "session-token", "there was no session token"],
    [
      "another session token",
      { credentials: { ...temporary, sessionToken: "that of another key" } },
      "session-token",
      "does not belong to the access key id",
    ],
    [
      "a wrong key",
      { credentials: { ...temporary, secretAccessKey: "not the secret key" } },
      "key",
      "the secret access key does not belong to the access key id",
    ],
    [
      "an unknown key",
      { credentials: { ...credentials, accessKeyId: "AKIDUNKNOWN" } },
      "key",
      "is not known",
    ],
  ])("%s", async (_name, options, likelyCause, explanation) => {
    const server = await startService({ credentials: temporary });
    const client = openClient(server.url, { credentials: temporary, ...options });
    const error: unknown = await client.send(aMessage()).catch((thrown: unknown) => thrown);
    if (!(error instanceof SendError)) throw new Error("it was not refused");
    expect(error).toMatchObject({ code: "kindo/refused", status: 403, retryable: false, attempts: 1 });
    expect(error.signature).toMatchObject({ likelyCause, explanation: expect.stringContaining(explanation) });
    expect(error.details).toEqual({ status: 403, likelyCause });
    expect(error.message).toContain(`Likely cause: ${likelyCause} (${error.signature?.explanation})`);
    expect(server.requests).toHaveLength(1);
  });
});

it("says what was signed, and how far the clock is off", async () => {
  const { client } = await startBoth({ client: { clock: offBy(-600_000) } });
  const error = (await client.send(aMessage()).catch((thrown: unknown) => thrown)) as SendError;
  const { canonicalRequest = "", stringToSign = "", clockSkewMs = 0 } = error.signature ?? {};
  expect(canonicalRequest).toMatch(
    /^POST\n\/\n\ncontent-type:application\/json\nhost:127\.0\.0\.1:\d+\nx-amz-date:/,
  );
  expect(stringToSign).toMatch(
    /^AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/ap-southeast-2\/lambda\/aws4_request\n/,
  );
  expect(error.message).toContain(canonicalRequest);
  expect(error.message).toContain(stringToSign);
  expect(Math.abs(clockSkewMs + 600_000)).toBeLessThan(60_000);
});

it("shows neither the session token nor the message, also where the answer quotes them", async () => {
  const server = await startService({ credentials: temporary });
  const client = openClient(server.url, {
    credentials: { ...temporary, secretAccessKey: "not the secret key" },
  });
  const error = (await client
    .send(aMessage({ payload: { card: "4111111111111111" } }))
    .catch((thrown: unknown) => thrown)) as SendError;
  expect(error.body).toContain("x-amz-security-token:[redacted]");
  expect(error.signature?.canonicalRequest).toContain("x-amz-security-token:[redacted]");
  expect(`${error.message}${error.stack}`).not.toContain(temporary.sessionToken);
  expect(`${error.message}${error.body}`).not.toContain("4111111111111111");
});

it("asks the provider for new credentials before the next send", async () => {
  const server = await startService({ credentials: [temporary] });
  server.faults.next(credentialsExpired());
  let asked = 0;
  const client = openClient(server.url, {
    credentials: async () => {
      asked += 1;
      return temporary;
    },
  });
  await expect(client.send(aMessage())).rejects.toMatchObject({
    signature: { likelyCause: "session-token", explanation: "the session token has expired" },
  });
  expect(asked).toBe(1);
  await client.send(aMessage());
  await client.send(aMessage());
  expect(asked).toBe(2);
});
