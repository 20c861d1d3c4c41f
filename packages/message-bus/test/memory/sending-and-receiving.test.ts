import { afterEach, describe, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { InvalidMessageError, ReceiptError, type Received, type SendableMessage } from "../../src/index.ts";
import { closeAll, open, receive, status, target } from "./open-bus.ts";

afterEach(closeAll);

describe("sending", () => {
  it("tells where the message stands among those of its target", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target });
    expect(await bus.sendMessage(status("R-2"), { target })).toEqual({
      target,
      messageId: "payments:1",
      sequence: 1,
    });
  });

  it("sends a plain dictionary as it is", async () => {
    const { bus } = open();
    await bus.sendMessage({ payload: { value: 12 } }, { target });
    expect((await receive(bus)).raw).toBe('{"payload": {"value": 12}}');
  });

  it("refuses what is no valid message, and stores nothing of it", async () => {
    const { bus } = open();
    const changed = { ...status("R-1"), payload: { reference: " ", status: "S" } };
    await expect(bus.sendMessage(changed, { target })).rejects.toBeInstanceOf(InvalidMessageError);
    expect(await bus.receiveMessage({ target, timeoutMs: 0 })).toBeUndefined();
    expect(bus.stats()).toMatchObject({ sends: { delivered: 0, notSent: 1 } });
  });

  it("refuses an empty target", async () => {
    const { bus } = open();
    await expect(bus.sendMessage(status("R-1"), { target: "" })).rejects.toBeInstanceOf(ConfigError);
  });

  it("says of many messages what became of each, in their order", async () => {
    const { bus } = open();
    const outcomes = await bus.sendMany([status("R-1"), { value: 1n }, status("R-3")], { target });
    expect(outcomes).toMatchObject([
      { kind: "delivered", sequence: 0, attempts: 1 },
      { kind: "not-sent", error: { code: "message-bus/invalid-message" } },
      { kind: "delivered", sequence: 1 },
    ]);
  });

  it("gives each of many messages its own key", async () => {
    const { bus } = open();
    const key = (message: SendableMessage, index: number) => `${"kind" in message}-${index % 2}`;
    await bus.sendMany([status("R-1"), status("R-2"), status("R-3")], { target, key });
    const keys = [await receive(bus), await receive(bus)].map((received) => received.key);
    expect(keys).toEqual(["true-0", "true-1"]);
    expect(await bus.receiveMessage({ target, timeoutMs: 0 })).toBeUndefined();
  });

  it("stops sending many messages where it is aborted, and says which were not sent", async () => {
    const { bus } = open();
    const controller = new AbortController();
    const key = (_message: SendableMessage, index: number) => {
      if (index === 1) controller.abort("enough");
      return undefined;
    };
    const options = { target, key, signal: controller.signal };
    expect(await bus.sendMany([status("R-1"), status("R-2")], options)).toMatchObject([
      { kind: "delivered" },
      { kind: "not-sent", error: expect.objectContaining({ cause: "enough" }) },
    ]);
  });

  it("takes an empty key for none, so that it orders nothing", async () => {
    const { bus } = open();
    await bus.sendMany([status("R-1"), status("R-2")], { target, key: "" });
    expect((await receive(bus)).key).toBeUndefined();
    expect((await receive(bus)).raw).toContain("R-2");
  });
});

describe("receiving", () => {
  it("waits for a message that is sent in the meantime", async () => {
    const { bus } = open();
    const waiting = bus.receiveMessage({ target });
    await bus.sendMessage(status("R-1"), { target, key: "user-1" });
    expect(await waiting).toMatchObject({
      kind: "message",
      target,
      groupId: "payments_consumer_group",
      key: "user-1",
      attempt: 1,
      sentAt: new Date("2021-01-01T00:00:00Z"),
      message: { kind: "STATUS_UPDATE", payload: { reference: "R-1" } },
    });
  });

  it("gives what comes to those who wait, to each in turn", async () => {
    const { bus } = open();
    const waiting = [bus.receiveMessage({ target }), bus.receiveMessage({ target })];
    await bus.sendMany([status("R-1"), status("R-2")], { target });
    const raw = (await Promise.all(waiting)).map((received) => received?.raw);
    expect(raw).toEqual([expect.stringContaining("R-1"), expect.stringContaining("R-2")]);
  });

  it("returns nothing after a second, unless told otherwise", async () => {
    const { bus, clock } = open();
    const results: unknown[] = [];
    const waiting = bus.receiveMessage({ target }).then((received) => results.push(received));
    await clock.advance(999);
    expect(results).toEqual([]);
    await clock.advance(1);
    await waiting;
    expect(results).toEqual([undefined]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("gives a message again to someone who waits, at the moment its time-out ends", async () => {
    const { bus, clock } = open({ visibilityTimeoutMs: 10_000 });
    await bus.sendMessage(status("R-1"), { target });
    const first = await receive(bus);
    const waiting = bus.receiveMessage({ target, timeoutMs: 20_000 });
    await clock.advance(10_000);
    const second = await waiting;
    expect(second).toMatchObject({ attempt: 2, raw: first.raw });
    await expect(bus.acknowledge(first)).rejects.toMatchObject({ code: "message-bus/receipt-expired" });
    await bus.acknowledge(second as Received);
    expect(bus.stats()).toMatchObject({ received: 2, redelivered: 1, acknowledged: 1 });
  });

  it("measures time-outs by a clock that does not jump when the time of day is set", async () => {
    const { bus, clock } = open({ visibilityTimeoutMs: 10_000 });
    await bus.sendMessage(status("R-1"), { target });
    await receive(bus);
    clock.setNow(new Date("2031-01-01T00:00:00Z"));
    expect(await bus.receiveMessage({ target, timeoutMs: 0 })).toBeUndefined();
    await clock.advance(10_000);
    expect(await bus.receiveMessage({ target, timeoutMs: 0 })).toMatchObject({ attempt: 2 });
  });

  it("gives every group every message, and each group its own acknowledgements", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target });
    await bus.acknowledge(await receive(bus, "ledger"));
    const audited = await receive(bus, "audit");
    expect(audited).toMatchObject({ attempt: 1, groupId: "audit" });
    expect(await bus.receiveMessage({ target, groupId: "ledger", timeoutMs: 0 })).toBeUndefined();
  });

  it("hands a body that cannot be read over as it is, to be acknowledged like any other", async () => {
    const { bus } = open();
    await bus.sendText("not json", { target, key: "user-1" });
    await bus.sendMessage(status("R-1"), { target, key: "user-1" });
    const invalid = await receive(bus);
    expect(invalid).toMatchObject({
      kind: "invalid",
      raw: "not json",
      error: { code: "message-bus/invalid-body" },
    });
    await bus.acknowledge(invalid);
    expect((await receive(bus)).kind).toBe("message");
    expect(bus.stats()).toMatchObject({ received: 2, invalid: 1 });
  });

  it("passes an unknown kind on where that is asked, and says it is invalid elsewhere", async () => {
    const { bus } = open();
    const meta_data = { source: "S", created_at: "C", token: "T", idempotency_key: "K", event: "NEWER" };
    await bus.sendMessage({ meta_data, payload: { a_b: 1 } }, { target });
    const newer = await bus.receiveMessage({ target, groupId: "newer", unknownKinds: "pass" });
    expect(newer).toMatchObject({ kind: "message", message: { kind: "unknown", payload: { a_b: 1 } } });
    expect(await receive(bus)).toMatchObject({ kind: "invalid" });
  });

  it("rejects with the reason of its signal, before it waits and while it waits", async () => {
    const { bus, clock } = open();
    await expect(bus.receiveMessage({ target, signal: AbortSignal.abort("stop") })).rejects.toBe("stop");
    const controller = new AbortController();
    const waiting = bus.receiveMessage({ target, signal: controller.signal });
    controller.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    expect(clock.pendingTimers).toBe(0);
    await bus.sendMessage(status("R-1"), { target });
    expect((await receive(bus)).attempt).toBe(1);
  });

  it.each([-1, Number.NaN, 2 ** 31])("refuses to wait %d ms", async (timeoutMs) => {
    const { bus } = open();
    await expect(bus.receiveMessage({ target, timeoutMs })).rejects.toThrow(/timeoutMs must be a number/);
  });
});

describe("acknowledging", () => {
  it("may be done twice", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target });
    const received = await receive(bus);
    await bus.acknowledge(received);
    await bus.acknowledge(received);
    expect(bus.stats()).toMatchObject({ acknowledged: 1 });
  });

  it.each(["", "payments:0", "payments:0:x", "refunds:0:1", "payments:5:1", "payments:0:9"])(
    "refuses the receipt handle %j, which it has not given out",
    async (receiptHandle) => {
      const { bus } = open();
      await bus.sendMessage(status("R-1"), { target });
      const received = await receive(bus);
      const error = bus.acknowledge({ ...received, receiptHandle });
      await expect(error).rejects.toBeInstanceOf(ReceiptError);
      await expect(error).rejects.toMatchObject({ code: "message-bus/unknown-receipt" });
    },
  );

  it("refuses what another group has received", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target });
    const received = await receive(bus, "ledger");
    await expect(bus.acknowledge({ ...received, groupId: "audit" })).rejects.toBeInstanceOf(ReceiptError);
  });
});
