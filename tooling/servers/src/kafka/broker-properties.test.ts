import { expect, it } from "@jest/globals";
import { brokerProperties } from "./broker-properties.ts";

const properties = brokerProperties({
  directory: "/run/kafka",
  ports: { plaintext: 1, ssl: 2, saslPlaintext: 3, saslSsl: 4, controller: 5 },
  credentials: { username: "alice", password: "secret" },
  partitions: 3,
  keyStorePath: "/run/kafka/tls/server.pem",
});

it("listens on this machine only, on every port it was given, and tells clients all but the controller's", () => {
  const clients =
    "PLAINTEXT://127.0.0.1:1,SSL://127.0.0.1:2,SASL_PLAINTEXT://127.0.0.1:3,SASL_SSL://127.0.0.1:4";
  expect(properties.listeners).toBe(`CONTROLLER://127.0.0.1:5,${clients}`);
  expect(properties["advertised.listeners"]).toBe(clients);
  expect(properties["controller.quorum.voters"]).toBe("1@127.0.0.1:5");
});

it("knows the user on both SASL listeners, for every mechanism", () => {
  for (const listener of ["sasl_plaintext", "sasl_ssl"]) {
    expect(properties[`listener.name.${listener}.plain.sasl.jaas.config`]).toContain('user_alice="secret";');
    for (const mechanism of ["scram-sha-256", "scram-sha-512"])
      expect(properties[`listener.name.${listener}.${mechanism}.sasl.jaas.config`]).toContain(
        "ScramLoginModule",
      );
  }
});

it("gives a topic the partitions that were asked for", () => {
  expect(properties["num.partitions"]).toBe(3);
});
