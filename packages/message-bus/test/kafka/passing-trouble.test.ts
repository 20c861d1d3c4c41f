import { describe, expect, it, jest } from "@jest/globals";
import { until } from "@wirekit/core/testing";
import { LoginRefusedError } from "../../src/index.ts";
import { referenceOf, statusUpdate } from "../contract/messages.ts";
import { openBroker, openBus } from "./open-bus.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const target = "payments";
const login = { securityProtocol: "SASL_PLAINTEXT", userName: "somebody", password: "very-secret" } as const;
const refused = { kind: "error", code: "SASL_AUTHENTICATION_FAILED" } as const;

async function openWithLogin() {
  const users = { [login.userName]: login.password };
  const broker = await openBroker({
    securityProtocol: login.securityProtocol,
    users,
    topics: { [target]: 1 },
  });
  return { broker, bus: openBus(broker, login) };
}

describe("a login that is refused for a while", () => {
  it("ends no consumer, shows in health(), and is forgotten when it works again", async () => {
    const { broker, bus } = await openWithLogin();
    broker.faults.next(refused, { on: "SaslAuthenticate", times: 4 });
    const handled: string[] = [];
    const consumer = bus.consume({ target }, (message) => handled.push(referenceOf(message)));
    await until(() => bus.health().reasons.some(({ code }) => code === "message-bus/login-refused"));
    await until(() => consumer.health().source?.state === "assigned");
    await bus.sendMessage(statusUpdate("R-1"), { target });
    await until(() => handled.length === 1);
    expect(broker.faults.pending).toBe(0);
    expect(bus.health()).toMatchObject({ status: "ok", reasons: [] });
  });

  it("makes receives fail, and not for good", async () => {
    const { broker, bus } = await openWithLogin();
    await bus.sendMessage(statusUpdate("R-1"), { target });
    broker.faults.next(refused, { on: "SaslAuthenticate", times: 3 });
    const received = await bus.receiveMessage({ target, timeoutMs: 60_000 });
    expect(received?.kind).toBe("message");
  });

  it("makes one send fail, and not the next", async () => {
    const { broker, bus } = await openWithLogin();
    broker.faults.next(refused, { on: "SaslAuthenticate" });
    await expect(bus.sendMessage(statusUpdate("R-1"), { target })).rejects.toThrow(LoginRefusedError);
    expect(bus.health()).toMatchObject({
      status: "degraded",
      reasons: [{ code: "message-bus/login-refused" }],
    });
    await bus.sendMessage(statusUpdate("R-2"), { target });
    expect(bus.health()).toMatchObject({ status: "ok", reasons: [] });
  });
});

it("a login that is refused for good ends a consumer, by the name of the mechanism", async () => {
  const { broker, bus } = await openWithLogin();
  broker.faults.next(refused, { on: "SaslAuthenticate", times: 1_000 });
  const consumer = bus.consume({ target }, () => undefined);
  await expect(consumer.closed).rejects.toThrow(LoginRefusedError);
  await until(() => bus.health().status === "degraded");
  expect(bus.health().reasons).toMatchObject([{ message: expect.stringContaining("login by PLAIN") }]);
});

it("a consumer that is started while no broker is there begins as soon as there is one", async () => {
  const broker = await openBroker({ topics: { [target]: 1 } });
  const bus = openBus(broker);
  broker.goOffline();
  const handled: string[] = [];
  const consumer = bus.consume({ target }, (message) => handled.push(referenceOf(message)));
  let faults = 0;
  consumer.on("fault", () => {
    faults += 1;
  });
  await until(() => faults > 0);
  expect(bus.health()).toMatchObject({ status: "degraded", reasons: [{ code: "wirekit/connection" }] });
  const sending = bus.sendMessage(statusUpdate("R-1"), { target });
  broker.comeOnline();
  await sending;
  await until(() => handled.length === 1);
  await until(() => bus.health().status === "ok");
});
