import { expect, it, jest } from "@jest/globals";
import { awsMessagingConfig } from "../src/config.ts";

jest.unstable_mockModule("@aws-sdk/client-sts", () => {
  throw new Error("Cannot find package");
});

it("names the package to install when a role is to be assumed without it", async () => {
  const { awsClients } = await import("../src/connection/clients.ts");
  const roleArn = "arn:aws:iam::123456789012:role/publisher";
  const clients = awsClients(awsMessagingConfig({ regionName: "eu-west-1", roleArn }));
  await expect(clients.sns()).rejects.toMatchObject({
    name: "ConfigError",
    message: expect.stringContaining("@aws-sdk/client-sts"),
  });
  // Not remembered: each call says so.
  await expect(clients.sns()).rejects.toMatchObject({ name: "ConfigError" });
});
