import { expect, it, jest } from "@jest/globals";
import { ConfigError } from "@wirekit/core";

it("names the package where kafkajs is not installed", async () => {
  jest.unstable_mockModule("kafkajs", () => {
    throw Object.assign(new Error("Cannot find package 'kafkajs'"), { code: "ERR_MODULE_NOT_FOUND" });
  });
  const { KafkaMessageBus } = await import("../kafka-message-bus.ts");
  const bus = new KafkaMessageBus({ securityProtocol: "PLAINTEXT" });
  const sending = bus.sendMessage({ any: "dictionary" }, { target: "payments" });
  await expect(sending).rejects.toThrow("needs the package kafkajs: run `npm install kafkajs`");
  await expect(sending).rejects.toBeInstanceOf(ConfigError);
  await bus.close();
});
