import { afterEach, describe, expect, it } from "@jest/globals";
import { ClosedError } from "@wirekit/core";
import { closeAll, hasReference, open, receive, status, target } from "./open-bus.ts";

afterEach(closeAll);

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
    const left: number[] = [];
    consumer.on("processed", ({ delivery, outcome }) => outcome === "left" && left.push(delivery.attempt));
    await bus.sendMany(["R-1", "R-2", "R-3"].map(status), { target });
    await bus.waitForMessage(hasReference("R-3"), { stage: "received" });
    const closing = consumer.close();
    end();
    expect(await closing).toEqual({ notSent: [], unconfirmed: [], notHandled: 2 });
    expect(left).toEqual([1, 1]);
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
    const consumer = bus.consume({ target, deadLetter: { target: "dead" } }, () => {});
    let processed = 0;
    const bothAreDone = new Promise<void>((resolve) => {
      consumer.on("processed", () => {
        processed += 1;
        if (processed === 2) resolve();
      });
    });
    await bus.sendText("not JSON", { target });
    await bus.sendMessage(status("R-1"), { target });
    await bothAreDone;
    expect(bus.stats()).toEqual({
      sends: {
        accepted: 3,
        delivered: 3,
        rejected: 0,
        notSent: 0,
        dropped: 0,
        expired: 0,
        unconfirmed: 0,
        pending: 0,
      },
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
    expect(await bus.close()).toMatchObject({ notHandled: 1 });
    await expect(waiting).rejects.toBeInstanceOf(ClosedError);
    expect(await bus.close()).toMatchObject({ notHandled: 1 });
    expect(clock.pendingTimers).toBe(0);
    expect(bus.health()).toEqual({ status: "closed", reasons: [] });
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
      { kind: "not-sent", error: { code: "wirekit/closed" } },
    ]);
  });

  it("happens by itself at the end of a block that declared it so", async () => {
    const { bus } = open();
    await bus[Symbol.asyncDispose]();
    expect(bus.health().status).toBe("closed");
  });
});
