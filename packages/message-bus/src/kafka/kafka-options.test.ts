import { describe, expect, it } from "@jest/globals";
import { ConfigError, type Env } from "@wirekit/core";
import { makeFromEnv } from "@wirekit/core/kit";
import { type KafkaMessageBusOptions, kafkaVariables, resolveKafkaOptions } from "./kafka-options.ts";

const plain = { securityProtocol: "PLAINTEXT" } as const;
const login = { userName: "somebody", password: "very-secret" };

function fromEnv(env: Env, overrides: KafkaMessageBusOptions = {}) {
  return makeFromEnv({ variables: kafkaVariables, env, overrides }, resolveKafkaOptions);
}

/** What is found wrong: `path message`, one for each fault. */
function faults(make: () => unknown): string[] {
  try {
    make();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return thrown.issues.map(({ path, message }) => `${path} ${message}`);
  }
}

describe("the options of a bus over Kafka", () => {
  it("have the original's defaults", () => {
    expect(resolveKafkaOptions(login)).toMatchObject({
      bootstrapServers: ["localhost:9092"],
      securityProtocol: "SASL_SSL",
      sasl: { mechanism: "PLAIN", ...login },
      tls: {},
      compression: "none",
    });
  });

  it.each([
    ["a:1", ["a:1"]],
    [" a:1 , b:2,, ", ["a:1", "b:2"]],
    [
      ["a:1", "b:2,c:3", "a:1"],
      ["a:1", "b:2", "c:3"],
    ],
  ])("take servers as %j", (bootstrapServers, expected) => {
    expect(resolveKafkaOptions({ ...plain, bootstrapServers }).bootstrapServers).toEqual(expected);
  });

  it.each([
    [""],
    ["a"],
    ["a:0"],
    ["a:65536"],
    ["a:x"],
    ["kafka://a:1"],
    ["[::1]:9092"],
    ["u@a:1"],
    [[]],
    [[1]],
  ])("take no servers as %j", (bootstrapServers) => {
    const options = { ...plain, bootstrapServers } as unknown as KafkaMessageBusOptions;
    expect(faults(() => resolveKafkaOptions(options))).toEqual([
      "bootstrapServers must name at least one server as host:port",
    ]);
  });

  it("want user name and password where the protocol logs in, and name the protocol, also the default", () => {
    for (const securityProtocol of ["SASL_PLAINTEXT", "SASL_SSL", undefined] as const) {
      const found = faults(() => resolveKafkaOptions({ securityProtocol }));
      expect(found.map((fault) => fault.split(" ")[0])).toEqual(["userName", "password"]);
      for (const fault of found)
        expect(fault).toContain(securityProtocol ?? "default securityProtocol SASL_SSL");
    }
    // The original passes them on where they are of no use, too.
    expect(resolveKafkaOptions({ ...plain, ...login }).sasl).toBeUndefined();
  });

  it("are refused with every fault at once, and no value", () => {
    const options = {
      bootstrapServers: "secret-server",
      securityProtocol: "SASL_SSL",
      saslMechanism: "GSSAPI",
      userName: "",
      password: "very-secret",
      tls: { cert: "secret-cert" },
      producerId: "",
      lingerMs: -1,
      maxBatchMessages: 8_193,
      maxBatchBytes: 1.5,
      deliveryTimeoutMs: 2 ** 31,
      compression: "zstd",
      topicCreation: "maybe",
      keylessOrder: "any",
      assignors: [],
      sessionTimeoutMs: 1_000,
      heartbeatIntervalMs: 400,
      driver: { close: () => {} },
      lingerMS: 5,
    } as unknown as KafkaMessageBusOptions;
    const found = faults(() => resolveKafkaOptions(options));
    expect(found.map((fault) => fault.split(" ")[0])).toEqual([
      "lingerMS",
      "bootstrapServers",
      "saslMechanism",
      "userName",
      "producerId",
      "lingerMs",
      "maxBatchMessages",
      "maxBatchBytes",
      "compression",
      "deliveryTimeoutMs",
      "topicCreation",
      "keylessOrder",
      "assignors",
      "driver",
      "tls",
      "heartbeatIntervalMs",
    ]);
    expect(found.join()).not.toMatch(/secret|GSSAPI|zstd/);
  });

  it("take no TLS where nothing is secured", () => {
    expect(faults(() => resolveKafkaOptions({ ...plain, tls: { ca: "pem" } }))).toEqual([
      "tls is of no use with the securityProtocol PLAINTEXT",
    ]);
    const protocol = { securityProtocol: "TLS" } as unknown as KafkaMessageBusOptions;
    expect(faults(() => resolveKafkaOptions(protocol))).toEqual([
      'securityProtocol must be "PLAINTEXT" or "SSL" or "SASL_PLAINTEXT" or "SASL_SSL"',
    ]);
  });
});

describe("the environment", () => {
  const env = {
    KAFKA_BOOTSTRAP_SERVERS: "a:1,b:2",
    KAFKA_API_PROTOCOL: "SASL_PLAINTEXT",
    KAFKA_API_SASL_MECHANISM: "SCRAM-SHA-512",
    KAFKA_API_KEY: "somebody",
    KAFKA_API_SECRET: "very-secret",
  };

  it("gives what is not given", () => {
    expect(fromEnv(env)).toMatchObject({
      bootstrapServers: ["a:1", "b:2"],
      securityProtocol: "SASL_PLAINTEXT",
      sasl: { mechanism: "SCRAM-SHA-512", ...login },
    });
    const overrides = { ...plain, bootstrapServers: ["c:3"], lingerMs: 5 };
    expect(fromEnv(env, overrides)).toMatchObject(overrides);
  });

  it("is not looked at where an option is given, and counts as empty where it is blank", () => {
    const broken = { ...env, KAFKA_API_PROTOCOL: "nonsense", KAFKA_BOOTSTRAP_SERVERS: "  " };
    expect(fromEnv(broken, plain).bootstrapServers).toEqual(["localhost:9092"]);
  });

  it("is named by its variables in one error, and never quoted", () => {
    const broken = {
      KAFKA_BOOTSTRAP_SERVERS: "very-secret-host",
      KAFKA_API_SASL_MECHANISM: "very-secret-mechanism",
      KAFKA_API_SECRET: "very-secret",
    };
    const found = faults(() => fromEnv(broken, { lingerMs: -1 }));
    expect(found).toEqual([
      "KAFKA_BOOTSTRAP_SERVERS (or the option bootstrapServers) must name at least one server as host:port",
      'KAFKA_API_SASL_MECHANISM (or the option saslMechanism) must be "PLAIN" or "SCRAM-SHA-256" or "SCRAM-SHA-512"',
      "lingerMs must be a number of at least 0 and at most 2147483647",
      expect.stringMatching(
        /^KAFKA_API_KEY \(or the option userName\) is required by the default securityProtocol/,
      ),
    ]);
  });
});
