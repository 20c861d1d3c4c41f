import { describe, expect, it } from "@jest/globals";
import type { KafkaConfig, SASLOptions } from "kafkajs";
import type { Kafka, SecurityProtocol } from "../../src/kafka/index.ts";
import { admin, broker, client, failureOf, producer, raw, reader, until } from "./support.ts";

const users = { alice: "open sesame" };
const mechanisms = ["plain", "scram-sha-256", "scram-sha-512"] as const;
const topics = { payments: 1 };

describe.each<SecurityProtocol>(["SASL_PLAINTEXT", "SASL_SSL"])("over %s", (securityProtocol) => {
  it.each(mechanisms)("a program produces and consumes once it has logged in by %s", async (mechanism) => {
    const kafka = await broker({ securityProtocol, users, topics });
    const programs = client(kafka, { ...trust(kafka), sasl: login(mechanism, "open sesame") });
    const { values } = await reader(programs, { topic: "payments" });
    const sender = await producer(programs);
    await sender.send({ topic: "payments", messages: [{ value: "v" }] });
    await until(() => values.length === 1);
    expect(kafka.counts.requests.SaslHandshake).toBe(kafka.counts.connections);
  });

  it.each(mechanisms)("a program with a wrong password for %s is told so", async (mechanism) => {
    const kafka = await broker({ securityProtocol, users });
    expect(await failed(kafka, login(mechanism, "guess"))).toEqual(["KafkaJSSASLAuthenticationError"]);
  });
});

describe("over SSL", () => {
  it("a program that trusts the broker's certificate produces and consumes", async () => {
    const kafka = await broker({ securityProtocol: "SSL", topics });
    const programs = client(kafka, trust(kafka));
    const { values } = await reader(programs, { topic: "payments" });
    const sender = await producer(programs);
    await sender.send({ topic: "payments", messages: [{ value: "v" }] });
    await until(() => values.length === 1);
  });

  it("a program that does not trust the certificate, or speaks no TLS, gets nowhere", async () => {
    const kafka = await broker({ securityProtocol: "SSL", topics });
    const once = { retry: { retries: 0 } };
    const strict = client(kafka, { ...once, ssl: true }).admin();
    expect(await failureOf(strict.connect())).toContain("KafkaJSConnectionError");
    const plain = client(kafka, once).admin();
    expect(await failureOf(plain.connect())).not.toEqual([]);
    await Promise.all([strict.disconnect(), plain.disconnect()]);
    const proper = await admin(client(kafka, trust(kafka)));
    expect(await proper.listTopics()).toEqual(["payments"]);
  });
});

describe("where clients have to log in", () => {
  it("a program that does not is cut off", async () => {
    const kafka = await broker({ securityProtocol: "SASL_PLAINTEXT", users });
    const connection = await raw(kafka);
    expect(await connection.request("ApiVersions", 2, {})).toMatchObject({ errorCode: 0 });
    expect(await connection.request("Metadata", 6, { topics: null })).toBe("closed");
  });

  it("a mechanism that is not offered is refused with those that are", async () => {
    const kafka = await broker({
      securityProtocol: "SASL_PLAINTEXT",
      users,
      saslMechanisms: ["SCRAM-SHA-512"],
    });
    const connection = await raw(kafka);
    const refusal = await connection.request("SaslHandshake", 1, { mechanism: "PLAIN" });
    expect(refusal).toEqual({ errorCode: 33, mechanisms: ["SCRAM-SHA-512"] });
    expect(await connection.frame()).toBe("closed");
  });

  it("tokens without header are taken after the oldest handshake", async () => {
    const kafka = await broker({ securityProtocol: "SASL_PLAINTEXT", users, topics });
    const connection = await raw(kafka);
    await connection.request("SaslHandshake", 0, { mechanism: "PLAIN" });
    connection.write(framed("\0alice\0open sesame"));
    expect(await connection.frame()).toEqual(Buffer.alloc(0));
    expect(await connection.request("Metadata", 1, { topics: null })).toMatchObject({
      topics: [{ name: "payments" }],
    });

    const intruder = await raw(kafka);
    await intruder.request("SaslHandshake", 0, { mechanism: "PLAIN" });
    intruder.write(framed("\0alice\0guess"));
    expect(await intruder.frame()).toBe("closed");
  });

  it("no more than half a megabyte is taken from somebody unknown", async () => {
    const kafka = await broker({ securityProtocol: "SASL_PLAINTEXT", users });
    const connection = await raw(kafka);
    const announcement = Buffer.alloc(4);
    announcement.writeInt32BE(512 * 1024 + 1);
    connection.write(announcement);
    expect(await connection.frame()).toBe("closed");
  });
});

function login(mechanism: (typeof mechanisms)[number], password: string): SASLOptions {
  return { mechanism, username: "alice", password } as SASLOptions;
}

/** A client that trusts the broker's certificate, where there is one. */
function trust({ certificate }: Kafka): Partial<KafkaConfig> {
  return certificate === undefined ? {} : { ssl: { ca: [certificate] } };
}

async function failed(kafka: Kafka, sasl: SASLOptions): Promise<readonly (string | undefined)[]> {
  const stranger = client(kafka, { ...trust(kafka), sasl, retry: { retries: 0 } }).admin();
  const failure = await failureOf(stranger.connect());
  await stranger.disconnect();
  return failure;
}

function framed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
