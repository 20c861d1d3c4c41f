import { expect, it, jest } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { statusUpdate } from "../contract/messages.ts";

jest.unstable_mockModule("@aws-sdk/client-sqs", () => {
  throw Object.assign(new Error("Cannot find package '@aws-sdk/client-sqs'"), {
    code: "ERR_MODULE_NOT_FOUND",
  });
});

it("names the package to install, to each caller, when a bus is used without it", async () => {
  const { SqsMessageBus } = await import("../../src/index.ts");
  const bus = new SqsMessageBus({ queueUrl: "http://localhost:9324", logger: silentLogger });
  const missing = {
    name: "ConfigError",
    message: expect.stringContaining("npm install @aws-sdk/client-sqs"),
  };
  const target = "payments";
  await expect(bus.sendMessage(statusUpdate("R-1"), { target })).rejects.toMatchObject(missing);
  await expect(bus.receiveMessage({ target })).rejects.toMatchObject(missing);
  await expect(bus.consume({ target }, () => {}).closed).rejects.toMatchObject(missing);
  expect(await bus.close()).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
});
