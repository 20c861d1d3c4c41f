import { expect, it, jest } from "@jest/globals";
import { ConfigError } from "@wirekit/core";

it("names the package where kafkajs is not installed", async () => {
  jest.unstable_mockModule("kafkajs", () => {
    throw new Error("Cannot find package");
  });
  const { KafkaMessageBus } = await import("../kafka-message-bus.ts");
  const bus = new KafkaMessageBus({ securityProtocol: "PLAINTEXT" });
  const sending = bus.sendMessage({ any: "dictionary" }, { target: "payments" });
  await expect(sending).rejects.toThrow("needs the package kafkajs: install it");
  await expect(sending).rejects.toBeInstanceOf(ConfigError);
  await bus.close();
});
