import { describe, expect, it, jest } from "@jest/globals";
import { ConnectionError } from "@wirekit/core";
import { until } from "@wirekit/core/testing";
import type { KafkaOptions } from "@wirekit/devstack/kafka";
import type { KafkaMessageBus, KafkaMessageBusOptions } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";
import { openBroker, openBus } from "./open-bus.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const target = "payments";
const login = { userName: "somebody", password: "very-secret" };

/**
 * Sends, which fails, and returns what `health()` says as soon as it is not well. It does not wait for the
 * end of the send: with a short time limit a slow machine would show the time-out instead of its cause.
 */
async function failing(bus: KafkaMessageBus) {
  const sending = bus.sendMessage(statusUpdate("R-1"), { target });
  sending.catch(() => undefined);
  await until(() => bus.health().status !== "ok");
  const { status, reasons } = bus.health();
  return {
    status,
    codes: reasons.map(({ code }) => code),
    text: reasons.map(({ message }) => message).join(),
  };
}

describe("what makes sends fail shows in health()", () => {
  it.each(["no-such-host.invalid:9092", "localhost:1"])(
    "where %s cannot be reached",
    async (bootstrapServers) => {
      const broker = await openBroker();
      const health = await failing(openBus(broker, { bootstrapServers }));
      expect(health).toMatchObject({ status: "degraded", codes: ["wirekit/connection"] });
      expect(health.text).toContain("check bootstrapServers");
    },
  );

  it("while a request is repeated, and until one succeeds", async () => {
    const broker = await openBroker({ topics: { payments: 1 } });
    const bus = openBus(broker);
    broker.goOffline();
    const sending = bus.sendMessage(statusUpdate("R-1"), { target });
    while (bus.health().status === "ok") await new Promise((resolve) => setImmediate(resolve));
    expect(bus.health().reasons).toMatchObject([{ code: "wirekit/connection" }]);
    broker.comeOnline();
    await sending;
    expect(bus.health()).toMatchObject({ status: "ok", reasons: [] });
  });

  it("where the topic is missing, until it is there", async () => {
    const broker = await openBroker({ autoCreateTopics: false });
    const bus = openBus(broker, { topicCreation: "never" });
    expect(await failing(bus)).toMatchObject({ status: "degraded", codes: ["message-bus/topic-missing"] });
    broker.createTopic(target);
    await bus.sendMessage(statusUpdate("R-2"), { target });
    expect(bus.health()).toMatchObject({ status: "ok", reasons: [] });
  });

  it("where the login is refused, without a secret", async () => {
    const users = { somebody: "another-secret" };
    const broker = await openBroker({ securityProtocol: "SASL_PLAINTEXT", users });
    const health = await failing(openBus(broker, { securityProtocol: "SASL_PLAINTEXT", ...login }));
    expect(health).toMatchObject({ status: "degraded", codes: ["message-bus/login-refused"] });
    expect(health.text).not.toMatch(/somebody|secret/);
  });

  it("where a broker without TLS is spoken to in TLS, by the option and its default", async () => {
    const broker = await openBroker();
    const { bootstrapServers } = broker;
    const limits = { connectTimeoutMs: 1_000 };
    const bus = openBus(broker, { bootstrapServers, securityProtocol: undefined, ...login, ...limits });
    const health = await failing(bus);
    expect(health.status).toBe("degraded");
    expect(health.text).toMatch(
      /does not speak TLS, set securityProtocol to SASL_PLAINTEXT or PLAINTEXT.*SASL_SSL/,
    );
  });

  it("where a broker without a login is asked for one", async () => {
    const broker = await openBroker();
    const bus = openBus(broker, { securityProtocol: "SASL_PLAINTEXT", ...login });
    const health = await failing(bus);
    expect(health.codes).toEqual(["message-bus/login-refused"]);
    expect(health.text).toContain('Set securityProtocol to "PLAINTEXT"');
  });
});

/** What a bus is asked to do, and goes on failing at. */
const ways: Readonly<Record<string, (bus: KafkaMessageBus) => unknown>> = {
  sends: (bus) => bus.sendMessage(statusUpdate("R-1"), { target }).catch(() => undefined),
  receives: async (bus) => {
    // Each call fails by itself, for as long as there is nobody to ask.
    while (bus.health().status !== "closed")
      await bus.receiveMessage({ target, timeoutMs: 200 }).catch(() => undefined);
  },
  consumers: (bus) => bus.consume({ target }, () => undefined),
  "questions for the lag": (bus) => bus.lag({ target }).catch(() => undefined),
};

const protocols: readonly {
  readonly what: string;
  readonly broker: KafkaOptions;
  readonly bus: KafkaMessageBusOptions;
  readonly says: RegExp;
}[] = [
  {
    what: "a host that is unknown",
    broker: {},
    bus: { bootstrapServers: "no-such-host.invalid:9092" },
    says: /The host is unknown: check bootstrapServers/,
  },
  {
    what: "a port where nobody listens",
    broker: {},
    bus: { bootstrapServers: "localhost:1" },
    says: /No broker listens there: check bootstrapServers/,
  },
  {
    what: "a topic that is missing",
    broker: { topics: {}, autoCreateTopics: false },
    bus: { topicCreation: "never" },
    says: /has no topic "payments"/,
  },
  {
    what: "TLS to a broker without it",
    broker: {},
    bus: { securityProtocol: "SSL", connectTimeoutMs: 1_000 },
    says: /does not speak TLS, set securityProtocol to PLAINTEXT.*it is SSL now/,
  },
  {
    what: "TLS and a login to a broker with neither, by default",
    broker: {},
    bus: { securityProtocol: undefined, ...login, connectTimeoutMs: 1_000 },
    says: /does not speak TLS, set securityProtocol to SASL_PLAINTEXT or PLAINTEXT \(the default is SASL_SSL\)/,
  },
  {
    what: "plain words to a broker with TLS",
    broker: { securityProtocol: "SSL" },
    bus: {},
    says: /speaks TLS or asks for a login, set securityProtocol to SSL.*it is PLAINTEXT now/,
  },
  {
    what: "plain words to a broker that asks for a login",
    broker: { securityProtocol: "SASL_PLAINTEXT", users: { somebody: "another-secret" } },
    bus: {},
    says: /asks for a login, set securityProtocol to SSL, SASL_PLAINTEXT or SASL_SSL: it is PLAINTEXT now/,
  },
  {
    what: "a login in plain words to a broker with TLS",
    broker: { securityProtocol: "SASL_SSL", users: { somebody: "another-secret" } },
    bus: { securityProtocol: "SASL_PLAINTEXT", ...login },
    says: /speaks TLS, set securityProtocol to SASL_SSL: it is SASL_PLAINTEXT now/,
  },
  {
    what: "a login to a broker that expects none",
    broker: {},
    bus: { securityProtocol: "SASL_PLAINTEXT", ...login },
    says: /expects no login\. Set securityProtocol to "PLAINTEXT" or "SSL"/,
  },
  {
    what: "a login by a mechanism that is not offered",
    broker: {
      securityProtocol: "SASL_PLAINTEXT",
      users: { somebody: "very-secret" },
      saslMechanisms: ["PLAIN"],
    },
    bus: { securityProtocol: "SASL_PLAINTEXT", ...login, saslMechanism: "SCRAM-SHA-256" },
    says: /by SCRAM-SHA-256: it does not offer this mechanism/,
  },
  {
    what: "a password that is wrong",
    broker: { securityProtocol: "SASL_PLAINTEXT", users: { somebody: "another-secret" } },
    bus: { securityProtocol: "SASL_PLAINTEXT", ...login },
    says: /login by PLAIN: user name or password are not what it knows/,
  },
  {
    what: "TLS by a certificate that is not trusted",
    broker: { securityProtocol: "SSL" },
    bus: { securityProtocol: "SSL" },
    says: /signed by an authority of your own, set tls\.ca/,
  },
];

it("what makes a question for the lag fail is forgotten when one is answered", async () => {
  const broker = await openBroker({ topics: { payments: 1 } });
  const bus = openBus(broker);
  broker.goOffline();
  await expect(bus.lag({ target })).rejects.toBeInstanceOf(ConnectionError);
  expect(bus.health().status).toBe("degraded");
  broker.comeOnline();
  await bus.lag({ target });
  expect(bus.health()).toMatchObject({ status: "ok", reasons: [] });
});

describe.each(Object.entries(ways))(
  "what makes %s fail shows, with its likely cause and the option",
  (_, fail) => {
    it.each(protocols)("$what", async ({ broker: options, bus: busOptions, says }) => {
      const broker = await openBroker({ topics: { payments: 1 }, ...options });
      const bus = openBus(broker, busOptions);
      void fail(bus);
      const text = () =>
        bus
          .health()
          .reasons.map(({ message }) => message)
          .join(" | ");
      await until(() => says.test(text()));
      expect(bus.health().status).toBe("degraded");
      expect(text()).not.toMatch(/somebody|very-secret|another-secret/);
    });
  },
);
