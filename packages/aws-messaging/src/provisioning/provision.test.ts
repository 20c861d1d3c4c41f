import { expect, it } from "@jest/globals";
import { awsMessagingConfig } from "../config.ts";
import type { SnsApi } from "../connection/sns-api.ts";
import type { SqsAdminApi } from "../connection/sqs-admin-api.ts";
import { provision } from "./provision.ts";

it("does not go on without the identifiers that AWS has to give", async () => {
  const sns = { createTopic: async () => ({}) } as Partial<SnsApi> as SnsApi;
  const context = {
    config: awsMessagingConfig({ regionName: "eu-west-1" }),
    sns,
    sqs: {} as SqsAdminApi,
    policy: {},
  };
  await expect(provision("orders", {}, context)).rejects.toMatchObject({
    name: "AwsError",
    code: "aws/sender",
    message: expect.stringContaining("orders"),
  });
});
