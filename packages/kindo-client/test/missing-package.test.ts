import { afterEach, expect, it, jest } from "@jest/globals";
import { aMessage, credentials } from "./messages.ts";

jest.unstable_mockModule("@aws-sdk/client-lambda", () => {
  throw Object.assign(new Error("Cannot find package '@aws-sdk/client-lambda'"), {
    code: "ERR_MODULE_NOT_FOUND",
  });
});
afterEach(() => void jest.resetModules());

it("without the AWS SDK's client, an ARN is answered with the name of the package to install", async () => {
  const { KindoClient } = await import("../src/index.ts");
  const client = new KindoClient({ arn: "arn:aws:lambda:eu-west-1:123456789012:function:f", credentials });
  await expect(client.send(aMessage())).rejects.toMatchObject({
    name: "ConfigError",
    message:
      "Invalid configuration: arn needs the package @aws-sdk/client-lambda: run `npm install @aws-sdk/client-lambda`",
  });
  await client.close();
});
