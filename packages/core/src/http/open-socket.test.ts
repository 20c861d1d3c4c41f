import { Socket } from "node:net";
import { describe, expect, it, jest } from "@jest/globals";
import type { buildConnector } from "undici";
import { ManualClock } from "../testing/manual-clock.ts";
import { openSocket } from "./open-socket.ts";

const target: buildConnector.Options = { hostname: "h.test", protocol: "http:", port: "80" };

/** An attempt to connect, and both ends of it. */
function attempt(returned?: unknown) {
  const clock = new ManualClock();
  let answer: buildConnector.Callback = () => {};
  const connect = ((_: unknown, callback: buildConnector.Callback) => {
    answer = callback;
    return returned;
  }) as buildConnector.connector;
  const opened = jest.fn();
  const failed = jest.fn();
  const giveUp = openSocket(
    { connect, target, timeoutMs: 100, clock, timeoutError: () => new Error("too late") },
    { opened, failed },
  );
  return {
    clock,
    opened,
    failed,
    giveUp,
    answer: (...args: Parameters<buildConnector.Callback>) => answer(...args),
  };
}

describe("opening a socket", () => {
  it("hands over the socket, and leaves no timer", () => {
    const { clock, opened, failed, giveUp, answer } = attempt();
    const socket = new Socket();
    answer(null, socket);
    giveUp(new Error("after the fact"));
    expect(opened).toHaveBeenCalledWith(socket);
    expect(failed).not.toHaveBeenCalled();
    expect(clock.pendingTimers).toBe(0);
    socket.destroy();
  });

  it("tells of a failure once", () => {
    const { clock, failed, giveUp, answer } = attempt();
    const error = new Error("refused");
    answer(error, null);
    answer(error, null);
    giveUp(error);
    expect(failed.mock.calls).toEqual([[error]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("fails when the time is over, and ends what was under way", async () => {
    const connecting = { destroy: jest.fn() };
    const { clock, failed, answer } = attempt(connecting);
    await clock.advance(100);
    await clock.settle();
    expect(failed.mock.calls).toEqual([[new Error("too late")]]);
    expect(connecting.destroy).toHaveBeenCalledTimes(1);
    answer(new Error("even later"), null);
    expect(failed).toHaveBeenCalledTimes(1);
  });

  it("closes a socket that opens although nobody waits any more", () => {
    const { opened, giveUp, answer } = attempt();
    const socket = new Socket();
    giveUp(new Error("enough"));
    answer(null, socket);
    expect(opened).not.toHaveBeenCalled();
    expect(socket.destroyed).toBe(true);
  });

  it("fails when the attempt cannot even be begun", () => {
    const clock = new ManualClock();
    const error = new Error("no such certificate");
    const connect = () => {
      throw error;
    };
    const failed = jest.fn();
    openSocket(
      { connect, target, timeoutMs: 100, clock, timeoutError: () => new Error("too late") },
      { opened: () => {}, failed },
    );
    expect(failed.mock.calls).toEqual([[error]]);
    expect(clock.pendingTimers).toBe(0);
  });
});
