import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ClosedError, TimeoutError } from "@wirekit/core";
import { closeAll, hasReference, open, receive, status, target } from "./open-bus.ts";

afterEach(closeAll);

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
    expect(await bus.close()).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
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
