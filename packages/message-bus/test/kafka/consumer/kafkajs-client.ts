import { ConnectionError, silentLogger, WirekitError } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import { type KafkajsClient, openKafkajsClient } from "../../../src/kafka/driver/kafkajs-client.ts";

/** kafkajs as the driver of the bus makes it for a member, for the broker at these addresses. */
export function kafkajsClient(brokers: readonly string[], clientId = "test"): Promise<KafkajsClient> {
  return openKafkajsClient(clientId, {
    bootstrapServers: brokers,
    securityProtocol: "PLAINTEXT",
    sasl: undefined,
    tls: undefined,
    connectTimeoutMs: 5_000,
    requestTimeoutMs: 2_000,
    logger: silentLogger,
  });
}

export function errorOf(what: string, thrown: unknown): WirekitError {
  if (thrown instanceof WirekitError) return thrown;
  return new ConnectionError(`${what}: ${messageOf(thrown)}`, { cause: thrown });
}
