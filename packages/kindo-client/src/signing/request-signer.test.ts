import { createHmac } from "node:crypto";
import { expect, it } from "@jest/globals";
import { signingKey } from "./request-signer.ts";

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

/** As AWS describes it, step by step. */
function derived(...parts: readonly string[]): Buffer {
  return parts.reduce<Buffer>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
}

it("is derived from the secret, the day, the region and the service", async () => {
  const scope = { shortDate: "20150830", region: "us-east-1", service: "iam" };
  const key = await signingKey(credentials, scope);
  expect(Buffer.from(key)).toEqual(derived("20150830", "us-east-1", "iam", "aws4_request"));
  expect(await signingKey(credentials, { ...scope, shortDate: "20150831" })).not.toEqual(key);
});
