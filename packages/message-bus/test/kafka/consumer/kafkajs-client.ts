import { connect, type Socket } from "node:net";
import { ConnectionError, WirekitError } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import { AssignerProtocol, CompressionCodecs, Kafka, logLevel } from "kafkajs";
import type { MemberClient } from "../../../src/kafka/driver/kafkajs-cluster.ts";

/** kafkajs as the driver of the bus makes it for a member, for the broker at these addresses. */
export function kafkajsClient(brokers: readonly string[], clientId = "test", retries = 0): MemberClient {
  const sockets = new Set<Socket>();
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 5_000,
    requestTimeout: 2_000,
    retry: { retries, initialRetryTime: 20 },
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      return socket;
    },
  });
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy(new Error("the client is done with it"));
  };
  return {
    kafka,
    protocol: AssignerProtocol,
    codecs: CompressionCodecs,
    dropConnections,
    destroy: dropConnections,
  };
}

export function errorOf(what: string, thrown: unknown): WirekitError {
  if (thrown instanceof WirekitError) return thrown;
  return new ConnectionError(`${what}: ${messageOf(thrown)}`, { cause: thrown });
}
