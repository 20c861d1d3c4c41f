import { inspect } from "node:util";
import { describe, expect } from "@jest/globals";
import { ConnectionError, type Logger } from "@wirekit/core";
import { LoginRefusedError } from "../../src/kafka/kafka-errors.ts";
import type { KafkaMessageBusOptions, SaslMechanism } from "../../src/kafka/kafka-options.ts";
import { openBroker, producerOn, record } from "./open-producer.ts";
import { readTopic } from "./read-topic.ts";
import { itSideBySide } from "./side-by-side.ts";

const userName = "the-user-name";
const password = "the-secret-password";
const users = { [userName]: password };
const mechanisms: readonly SaslMechanism[] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

/** Keeps all that is logged, as text. */
function listening(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string) =>
    void lines.push(`${message} ${inspect(fields, { depth: 9 })}`);
  return { logger: { debug: keep, info: keep, warn: keep, error: keep }, lines };
}

/** Everything that an error shows, its causes and hidden members too. */
function shown(error: unknown): string {
  return `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)}`;
}

describe.each(mechanisms)("a login by %s", (saslMechanism) => {
  itSideBySide("succeeds with the right password, secured or not", async () => {
    for (const securityProtocol of ["SASL_PLAINTEXT", "SASL_SSL"] as const) {
      const broker = await openBroker({ securityProtocol, users, topics: { payments: 1 } });
      const tls = broker.certificate === undefined ? undefined : { ca: broker.certificate };
      const { producer } = producerOn(broker, { securityProtocol, saslMechanism, userName, password, tls });
      expect(await producer.send(record("value"))).toMatchObject({ offset: 0 });
    }
  });

  itSideBySide(
    "is refused once, for good, by name of the mechanism, and without a secret in error or log",
    async () => {
      const broker = await openBroker({ securityProtocol: "SASL_PLAINTEXT", users, topics: { payments: 1 } });
      const { logger, lines } = listening();
      const options: KafkaMessageBusOptions = {
        securityProtocol: "SASL_PLAINTEXT",
        saslMechanism,
        userName,
        password: "a-wrong-password",
        logger,
      };
      const { producer } = producerOn(broker, options);
      const error: unknown = await producer.send(record("value")).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ mechanism: saslMechanism, retryable: false });
      expect(error instanceof LoginRefusedError).toBe(true);
      expect(String(error)).toContain(`The broker refused the login by ${saslMechanism}`);
      expect(broker.counts.requests.SaslHandshake).toBe(1);
      for (const text of [shown(error), ...lines]) {
        expect(text).not.toContain("a-wrong-password");
        expect(text).not.toContain(userName);
      }
      expect(lines.length).toBeGreaterThan(0);
    },
  );

  itSideBySide("is refused by a broker that does not offer it", async () => {
    const saslMechanisms = mechanisms.filter((other) => other !== saslMechanism);
    const broker = await openBroker({ securityProtocol: "SASL_PLAINTEXT", users, saslMechanisms });
    const options = { securityProtocol: "SASL_PLAINTEXT", saslMechanism, userName, password } as const;
    const { producer } = producerOn(broker, options);
    await expect(producer.send(record("value"))).rejects.toMatchObject({
      code: "message-bus/login-refused",
      details: { mechanism: saslMechanism, reason: "not-offered" },
      message: expect.stringContaining("does not offer"),
    });
  });

  itSideBySide("is tried again when the connection is lost while it is under way", async () => {
    const broker = await openBroker({ securityProtocol: "SASL_PLAINTEXT", users, topics: { payments: 1 } });
    broker.faults.next({ kind: "close", before: "apply" }, { on: "SaslAuthenticate", times: 2 });
    broker.faults.next({ kind: "close", before: "answer" }, { on: "SaslHandshake" });
    const options = { securityProtocol: "SASL_PLAINTEXT", saslMechanism, userName, password } as const;
    const { producer } = producerOn(broker, options);
    expect(await producer.send(record("value"))).toMatchObject({ offset: 0 });
    expect(broker.faults.pending).toBe(0);
  });
});

describe("TLS", () => {
  itSideBySide("is spoken with a broker whose certificate is trusted", async () => {
    const broker = await openBroker({ securityProtocol: "SSL", topics: { payments: 1 } });
    const tls = { ca: [broker.certificate ?? ""] };
    const { producer } = producerOn(broker, { securityProtocol: "SSL", tls });
    expect(await producer.send(record("value"))).toMatchObject({ offset: 0 });
  });

  itSideBySide("ends at once, and not in a retry, where the certificate is not trusted", async () => {
    const broker = await openBroker({ securityProtocol: "SSL", topics: { payments: 1 } });
    const { producer } = producerOn(broker, { securityProtocol: "SSL" });
    const error: unknown = await producer.send(record("value")).catch((thrown: unknown) => thrown);
    expect(error instanceof ConnectionError).toBe(true);
    expect(error).toMatchObject({ retryable: false });
  });

  itSideBySide(
    "is missed in time by who speaks it to a broker that does not, and the other way round",
    async () => {
      const plain = await openBroker({ topics: { payments: 1 } });
      const one = producerOn(plain, { securityProtocol: "SSL", deliveryTimeoutMs: 400 });
      await expect(one.producer.send(record("value"))).rejects.toMatchObject({
        name: expect.stringMatching(/ConnectionError|TimeoutError/),
      });
      const secured = await openBroker({ securityProtocol: "SSL", topics: { payments: 1 } });
      const other = producerOn(secured, { deliveryTimeoutMs: 400 });
      await expect(other.producer.send(record("value"))).rejects.toMatchObject({
        name: expect.stringMatching(/ConnectionError|TimeoutError/),
      });
      expect(await readTopic(plain, "payments")).toEqual([]);
    },
  );
});
