import { afterEach, describe, expect, it } from "@jest/globals";
import { QueueFullError } from "@wirekit/core";
import { encodeMessage, MemoryMessageBus } from "../../src/index.ts";
import { closeAll, open, receive, status, target } from "./open-bus.ts";

afterEach(closeAll);

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
      /visibilityTimeoutMs must .*; maxMessages must .*; maxBytes must .*; maxRememberedEvents must /,
    );
  });
});
