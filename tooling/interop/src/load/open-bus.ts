import { silentLogger } from "@wirekit/core";
import { KafkaMessageBus, type MessageBus, SqsMessageBus } from "@wirekit/message-bus";
import type { LoadSettings } from "./order.ts";

/** Both buses end what does not answer soon, and miss a dead process soon. */
export function openBus({ url, region }: LoadSettings): MessageBus {
  if (url.startsWith("http")) {
    return new SqsMessageBus({
      queueUrl: url,
      region,
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
      timeoutMs: 5_000,
      logger: silentLogger,
    });
  }
  return new KafkaMessageBus({
    bootstrapServers: url,
    securityProtocol: "PLAINTEXT",
    sessionTimeoutMs: 3_000,
    heartbeatIntervalMs: 500,
    requestTimeoutMs: 5_000,
    logger: silentLogger,
  });
}
