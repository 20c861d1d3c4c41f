import { describe, expect, it } from "@jest/globals";
import { until } from "@wirekit/core/testing";
import type { KafkaMessageBus } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";
import { openBroker, openBus } from "./open-bus.ts";

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
    broker.faults.goOffline();
    const sending = bus.sendMessage(statusUpdate("R-1"), { target });
    while (bus.health().status === "ok") await new Promise((resolve) => setImmediate(resolve));
    expect(bus.health().reasons).toMatchObject([{ code: "wirekit/connection" }]);
    broker.faults.comeOnline();
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
