import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ClosedError, ConfigError, QueueFullError, silentLogger, TimeoutError } from "@wirekit/core";
import { createMessage } from "../create-message.ts";
import { InvalidMessageError, ReceiptError } from "../errors.ts";
import type { Received } from "../received.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import type { SendableMessage } from "../wire/message.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryMessageBus } from "./memory-message-bus.ts";
import type { MemoryMessageBusOptions } from "./memory-options.ts";

const target = "payments";
const opened: MemoryMessageBus[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((bus) => bus.close()));
});

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
    expect(bus.stats()).toMatchObject({ sent: 0, notSent: 1 });
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
      { kind: "rejected", error: { code: "message-bus/invalid-message" } },
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
      { kind: "not-sent", reason: "enough" },
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

describe("its bounds", () => {
  it("refuses what it has no room for, and has room again when something is acknowledged", async () => {
    const { bus } = open({ maxMessages: 2 });
    await bus.sendMany([status("R-1"), status("R-2")], { target });
    await expect(bus.sendMessage(status("R-3"), { target })).rejects.toBeInstanceOf(QueueFullError);
    await bus.acknowledge(await receive(bus));
    await bus.sendMessage(status("R-3"), { target });
    await expect(bus.sendMessage(status("R-4"), { target })).rejects.toThrow(/holds at most 2 messages/);
  });

  it("counts bytes too, and refuses at once what could never fit", async () => {
    const bytes = Buffer.byteLength(encodeMessage(status("R-1")));
    const { bus } = open({ maxBytes: 2 * bytes });
    await bus.sendMany([status("R-1"), status("R-2")], { target });
    await bus.acknowledge(await receive(bus));
    await expect(bus.sendText("x".repeat(2 * bytes + 1), { target })).rejects.toThrow(/at most \d+ bytes/);
    // Nothing was given up for it.
    expect((await receive(bus, "late")).raw).toContain("R-1");
    await expect(bus.sendText("x".repeat(bytes), { target })).rejects.toBeInstanceOf(QueueFullError);
  });

  it("keeps for later groups what others are done with, until the room is needed", async () => {
    const { bus } = open({ maxMessages: 2 });
    await bus.sendMany([status("R-1"), status("R-2")], { target });
    await bus.acknowledge(await receive(bus, "ledger"));
    await bus.sendMessage(status("R-3"), { target });
    expect((await receive(bus, "late")).raw).toContain("R-2");
    expect((await receive(bus, "late")).raw).toContain("R-3");
  });

  it("gives nothing up that one of its groups has still to do", async () => {
    const { bus } = open({ maxMessages: 1 });
    await bus.sendMessage(status("R-1"), { target });
    await bus.acknowledge(await receive(bus, "ledger"));
    const slow = await receive(bus, "audit");
    await expect(bus.sendMessage(status("R-2"), { target })).rejects.toBeInstanceOf(QueueFullError);
    await bus.acknowledge(slow);
    await bus.sendMessage(status("R-2"), { target });
  });

  it("names every option that cannot be used", () => {
    const options = {
      maxMessages: 0,
      maxBytes: 1.5,
      visibilityTimeoutMs: -1,
      maxRememberedEvents: Number.NaN,
    };
    expect(() => new MemoryMessageBus(options)).toThrow(
      /maxMessages must .*; maxBytes must .*; maxRememberedEvents must .*; visibilityTimeoutMs must /,
    );
  });
});

describe("waiting for a message", () => {
  it("finds what has been sent already, and what is sent later", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target });
    expect(await bus.waitForMessage(hasReference("R-1"))).toMatchObject({ stage: "sent", target });
    const later = bus.waitForMessage(hasReference("R-2"), { stage: "acknowledged" });
    await bus.sendMessage(status("R-2"), { target });
    await bus.acknowledge(await receive(bus));
    await bus.acknowledge(await receive(bus));
    expect(await later).toMatchObject({ groupId: "payments_consumer_group", attempt: 1 });
  });

  it("finds only what happens from now on, once the past is forgotten", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target });
    bus.forgetMessages();
    const later = bus.waitForMessage(() => true);
    await bus.sendMessage(status("R-2"), { target });
    expect((await later).raw).toContain("R-2");
  });

  it("looks at one target, or one group, where that is asked", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target: "refunds" });
    await bus.sendMessage(status("R-2"), { target });
    expect((await bus.waitForMessage(() => true, { target })).raw).toContain("R-2");
    const audited = bus.waitForMessage(() => true, { groupId: "audit" });
    await receive(bus, "audit");
    expect(await audited).toMatchObject({ stage: "received", groupId: "audit" });
  });

  it("remembers so many events and no more", async () => {
    const { bus } = open({ maxRememberedEvents: 1 });
    await bus.sendMany([status("R-1"), status("R-2")], { target });
    expect((await bus.waitForMessage(() => true)).raw).toContain("R-2");
  });

  it("gives up after its time", async () => {
    const { bus } = open();
    await expect(bus.waitForMessage(() => true, { timeoutMs: 1 })).rejects.toBeInstanceOf(TimeoutError);
  });

  it("gives up when it is aborted", async () => {
    const { bus } = open();
    const controller = new AbortController();
    const waiting = bus.waitForMessage(() => true, { signal: controller.signal });
    controller.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    await expect(bus.waitForMessage(() => true, { signal: controller.signal })).rejects.toBe("stop");
  });

  it("gives up when the bus is closed, but still finds what has happened", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target });
    const waiting = bus.waitForMessage(hasReference("R-2"));
    await bus.close();
    await expect(waiting).rejects.toBeInstanceOf(ClosedError);
    await expect(bus.waitForMessage(hasReference("R-2"))).rejects.toBeInstanceOf(ClosedError);
    expect(await bus.waitForMessage(hasReference("R-1"))).toMatchObject({ stage: "sent" });
  });

  it("tells the one who asked, and nobody else, that the question throws", async () => {
    const { bus } = open();
    const asked = bus.waitForMessage(() => {
      throw new Error("broken question");
    });
    await bus.sendMessage(status("R-1"), { target });
    await expect(asked).rejects.toThrow("broken question");
  });
});

describe("going through messages", () => {
  it("gives one after the other until the loop is left, and holds nothing then", async () => {
    const { bus } = open();
    await bus.sendMany([status("R-1"), status("R-2"), status("R-3")], { target });
    const seen: string[] = [];
    for await (const received of bus.messages({ target })) {
      seen.push(received.raw);
      await bus.acknowledge(received);
      if (seen.length === 2) break;
    }
    expect(seen).toHaveLength(2);
    expect(await bus.close()).toEqual({ notSent: [], unconfirmed: [], unacknowledged: 0 });
  });

  it("goes on when nothing comes for as long as a poll takes, and ends when the bus is closed", async () => {
    const { bus, clock } = open();
    const seen: string[] = [];
    const loop = (async () => {
      for await (const received of bus.messages({ target })) seen.push(received.raw);
    })();
    await clock.advance(60_000);
    await bus.sendMessage(status("R-1"), { target });
    await turn();
    await bus.close();
    await loop;
    expect(seen).toHaveLength(1);
  });

  it("ends with the signal's reason when it is aborted", async () => {
    const { bus } = open();
    const controller = new AbortController();
    const next = bus.messages({ target, signal: controller.signal }).next();
    controller.abort("stop");
    await expect(next).rejects.toBe("stop");
  });
});

describe("consuming", () => {
  it("gives back at once, in their order, what it has taken and not begun when it closes", async () => {
    const { bus } = open({ visibilityTimeoutMs: 600_000 });
    const begun: string[] = [];
    let end = () => {};
    const consumer = bus.consume({ target, concurrency: 1 }, async (_message, { received }) => {
      begun.push(received.raw);
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    await bus.sendMany(["R-1", "R-2", "R-3"].map(status), { target });
    await bus.waitForMessage(hasReference("R-3"), { stage: "received" });
    const closing = consumer.close();
    end();
    expect(await closing).toMatchObject({ left: [{ attempt: 1 }, { attempt: 1 }] });
    expect(begun).toHaveLength(1);
    // The clock has not been moved: nothing had to wait for a time-out.
    const again = [await receive(bus), await receive(bus)];
    expect(again.map(({ attempt, raw }) => [attempt, /R-\d/.exec(raw)?.[0]])).toEqual([
      [2, "R-2"],
      [2, "R-3"],
    ]);
    expect(await bus.receiveMessage({ target, timeoutMs: 0 })).toBeUndefined();
  });

  it("acknowledges nothing that somebody else has been given meanwhile", async () => {
    const { bus, clock } = open({ visibilityTimeoutMs: 1_000 });
    await bus.sendMessage(status("R-1"), { target });
    const first = await receive(bus);
    await clock.advance(1_000);
    bus.consume({ target }, async ({ kind }) => kind);
    await bus.waitForMessage(hasReference("R-1"), { stage: "acknowledged" });
    await bus.acknowledge(first);
    expect(bus.stats()).toMatchObject({ acknowledged: 1, redelivered: 1 });
  });

  it("counts what its consumers receive, and what of that is invalid", async () => {
    const { bus } = open();
    bus.consume({ target, deadLetterTarget: "dead" }, () => {});
    await bus.sendText("not JSON", { target });
    await bus.sendMessage(status("R-1"), { target });
    await bus.waitForMessage(hasReference("R-1"), { stage: "acknowledged" });
    expect(bus.stats()).toEqual({
      sent: 3,
      notSent: 0,
      received: 2,
      invalid: 1,
      redelivered: 0,
      acknowledged: 2,
    });
  });

  it("lets an invalid body that it has no place for come again after its time-out, and not before", async () => {
    const { bus, clock } = open({ visibilityTimeoutMs: 10_000 });
    const consumer = bus.consume({ target }, () => {});
    const outcomes: string[] = [];
    consumer.on("processed", ({ outcome }) => outcomes.push(outcome));
    await bus.sendText("not JSON", { target });
    await clock.advance(9_999);
    expect(outcomes).toEqual(["invalid"]);
    // Held back, but renewed no longer: nobody works on it.
    expect(consumer.health().source).toMatchObject({ unacknowledged: 1, held: 1, leases: { held: 0 } });
    await clock.advance(1);
    expect(outcomes).toEqual(["invalid", "invalid"]);
  });

  it("lets a service that is older than the sender handle a kind it does not know", async () => {
    const { bus } = open();
    const kinds: string[] = [];
    bus.consume({ target, unknownKinds: "pass" }, (message) => kinds.push(message.kind));
    const meta_data = { source: "S", created_at: "C", token: "T", idempotency_key: "K", event: "NEWER" };
    await bus.sendMessage({ meta_data, payload: {} }, { target });
    await bus.waitForMessage(({ kind }) => kind === "unknown", { stage: "acknowledged" });
    expect(kinds).toEqual(["unknown"]);
  });

  it("leaves no timer running when all is closed", async () => {
    const { bus, clock } = open();
    bus.consume({ target }, () => {
      throw new Error("not now");
    });
    await bus.sendMessage(status("R-1"), { target });
    await bus.waitForMessage(hasReference("R-1"), { stage: "received" });
    await bus.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("closing", () => {
  it("sends those who wait away, says what is left, and may be done twice", async () => {
    const { bus, clock } = open();
    await bus.sendMany([status("R-1"), status("R-2")], { target });
    await receive(bus);
    const waiting = bus.receiveMessage({ target: "refunds" });
    expect(await bus.close()).toMatchObject({ unacknowledged: 1 });
    await expect(waiting).rejects.toBeInstanceOf(ClosedError);
    expect(await bus.close()).toMatchObject({ unacknowledged: 1 });
    expect(clock.pendingTimers).toBe(0);
    expect(bus.health()).toEqual({ state: "closed", problems: [] });
  });

  it("takes and gives nothing any more", async () => {
    const { bus } = open();
    await bus.sendMessage(status("R-1"), { target });
    const received = await receive(bus);
    await bus.close();
    await expect(bus.sendMessage(status("R-2"), { target })).rejects.toBeInstanceOf(ClosedError);
    await expect(bus.receiveMessage({ target })).rejects.toBeInstanceOf(ClosedError);
    await expect(bus.acknowledge(received)).rejects.toBeInstanceOf(ClosedError);
    expect(await bus.sendMany([status("R-3")], { target })).toMatchObject([
      { kind: "not-sent", reason: { code: "wirekit/closed" } },
    ]);
  });

  it("happens by itself at the end of a block that declared it so", async () => {
    const { bus } = open();
    await bus[Symbol.asyncDispose]();
    expect(bus.health().state).toBe("closed");
  });
});

function open(options: MemoryMessageBusOptions = {}): { bus: MemoryMessageBus; clock: ManualClock } {
  const clock = new ManualClock();
  const bus = new MemoryMessageBus({ clock, logger: silentLogger, ...options });
  opened.push(bus);
  return { bus, clock };
}

async function receive(bus: MemoryMessageBus, groupId?: string): Promise<Received> {
  const received = await bus.receiveMessage({ target, groupId, timeoutMs: 0 });
  if (received === undefined) throw new Error("there was nothing to receive");
  return received;
}

function status(reference: string) {
  const payload = { reference, status: "APPROVED" };
  return createMessage({ source: "S", serviceToken: "T", instructionType: "STATUS_UPDATE", payload });
}

function hasReference(reference: string) {
  return (message: { readonly payload: object }) =>
    "reference" in message.payload && message.payload.reference === reference;
}
