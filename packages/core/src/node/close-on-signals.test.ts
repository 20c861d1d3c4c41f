import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "@jest/globals";
import { ConfigError, type LogFields, silentLogger } from "../index.ts";
import { sleep } from "../kit/index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { type Closeable, type CloseOnSignalsOptions, closeOnSignals } from "./index.ts";

const nothingLeft = { notSent: [], unconfirmed: [], notHandled: 0 };

/** A process that only notes what is done to it. */
function setUp() {
  const clock = new ManualClock();
  const listeners = new Map<string, Set<(signal: NodeJS.Signals) => void>>();
  const exits: number[] = [];
  const logged: { readonly fields: LogFields; readonly message: string }[] = [];
  const process: CloseOnSignalsOptions["process"] = {
    on: (signal, listener) => listeners.set(signal, (listeners.get(signal) ?? new Set()).add(listener)),
    off: (signal, listener) => listeners.get(signal)?.delete(listener),
    exit: (code) => exits.push(code),
  };
  const log = (fields: LogFields, message: string) => logged.push({ fields, message });
  const send = (signal: NodeJS.Signals) => {
    for (const listener of [...(listeners.get(signal) ?? [])]) listener(signal);
  };
  const count = () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0);
  const start = (closeables: readonly Closeable[], options: CloseOnSignalsOptions = {}) =>
    closeOnSignals(closeables, {
      clock,
      process,
      logger: { ...silentLogger, warn: log, error: log },
      ...options,
    });
  return { clock, exits, logged, send, count, start };
}

it("closes one after the other, each with the time that is left, and exits", async () => {
  const { clock, exits, send, count, start } = setUp();
  const closed: unknown[] = [];
  const slow = (name: string): Closeable => ({
    close: async ({ timeoutMs }) => {
      closed.push([name, timeoutMs]);
      await sleep(1_000, { clock });
    },
  });
  const watch = start([slow("consumer"), slow("publisher")], { timeoutMs: 5_000 });
  send("SIGTERM");
  await clock.advance(2_000);
  expect(closed).toEqual([
    ["consumer", 4_500],
    ["publisher", 3_600],
  ]);
  expect(exits).toEqual([0]);
  expect(await watch.closed).toEqual({ ...nothingLeft, signal: "SIGTERM", isClean: true });
  expect(count()).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

it.each<[string, () => unknown]>([
  ["rejects", () => Promise.reject(new Error("stuck"))],
  [
    "throws on the spot",
    () => {
      throw new Error("stuck");
    },
  ],
  ["never ends", () => new Promise(() => undefined)],
])(
  "closes the others as well when one %s, and says by the exit code that not all went well",
  async (_, close) => {
    const { clock, exits, logged, send, start } = setUp();
    const closed: number[] = [];
    const watch = start([{ close }, { close: ({ timeoutMs }) => closed.push(timeoutMs) }], {
      timeoutMs: 3_000,
    });
    send("SIGINT");
    await clock.advance(3_001);
    expect(closed).toHaveLength(1);
    expect(exits).toEqual([1]);
    expect(logged.map(({ message }) => message)).toEqual(["Not everything could be closed"]);
    expect(await watch.closed).toEqual({ ...nothingLeft, signal: "SIGINT", isClean: false });
  },
);

it("ends at once on a second signal, whichever it is", async () => {
  const { clock, exits, send, count, start } = setUp();
  let closes = 0;
  let finish: () => void = () => undefined;
  start([
    {
      close: () => {
        closes += 1;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    },
  ]);
  send("SIGTERM");
  send("SIGINT");
  finish();
  await clock.settle();
  expect({ exits, closes, listeners: count() }).toEqual({ exits: [130], closes: 1, listeners: 0 });
});

it("returns to the program where that is asked for, with exit codes of its own", async () => {
  const { clock, exits, send, start } = setUp();
  const returning = start([], { afterwards: "return", signals: ["SIGHUP"] });
  send("SIGTERM");
  send("SIGHUP");
  expect(await returning.closed).toEqual({ ...nothingLeft, signal: "SIGHUP", isClean: true });
  expect(exits).toEqual([]);
  start([], { exitCode: 7 });
  send("SIGTERM");
  await clock.settle();
  expect(exits).toEqual([7]);
});

it("can be removed before any signal", () => {
  const { exits, send, count, start } = setUp();
  start([]).remove();
  send("SIGTERM");
  expect({ exits, listeners: count() }).toEqual({ exits: [], listeners: 0 });
});

it("names every option at fault", () => {
  const { start } = setUp();
  expect(() => start([], { timeoutMs: -1, exitCode: 256 })).toThrow(ConfigError);
  expect(() => start([], { timeoutMs: -1, exitCode: 256 })).toThrow(/timeoutMs .*; exitCode /);
});

it("names what cannot be closed, signals that are none, and options that do not exist", () => {
  const options = { signals: ["TERM", 9], exitcode: 1, process: { on: () => {} }, afterwards: "stay" };
  const start = (closeables: unknown) => () => closeOnSignals(closeables as never, options as never);
  expect(start([{}, { close: () => {} }, null])).toThrow(
    /closeables\[0\] lacks close\(\); closeables\[2\] must be .*; exitcode is not an option; did you mean exitCode\?; signals\[0\] .*; signals\[1\] .*; afterwards .*; process lacks off\(\), exit\(\)/,
  );
  expect(start(undefined)).toThrow(/closeables must be a list/);
});

it("adds up what was left, and exits as unclean when messages were not sent", async () => {
  const { clock, exits, logged, send, start } = setUp();
  const closing = (report: unknown): Closeable => ({ close: async () => report });
  const watch = start([
    closing({ notSent: [], unconfirmed: [], notHandled: 3 }),
    closing({ notSent: ["a"], unconfirmed: ["b", "c"], notHandled: 1 }),
    closing("a server of the program's own"),
  ]);
  send("SIGTERM");
  await clock.settle();
  expect(await watch.closed).toEqual({
    signal: "SIGTERM",
    isClean: false,
    notSent: ["a"],
    unconfirmed: ["b", "c"],
    notHandled: 4,
  });
  expect(exits).toEqual([1]);
  expect(logged).toEqual([
    { fields: { notSent: 1, unconfirmed: 2 }, message: "Messages were left unsent or unconfirmed" },
  ]);
});

it("closes although its logger throws", async () => {
  const broken = () => {
    throw new Error("logger");
  };
  const { clock, exits, send, start } = setUp();
  start([{ close: () => Promise.reject(new Error("no")) }], {
    logger: { debug: broken, info: broken, warn: broken, error: broken },
  });
  send("SIGTERM");
  await clock.settle();
  expect(exits).toEqual([1]);
});

it("ends a real process on a real signal, after what it closes", async () => {
  const program = `
    import { closeOnSignals } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    closeOnSignals([{ close: async () => { await null; console.log("closed"); } }], { exitCode: 3 });
    setInterval(() => undefined, 60_000);
    console.log("ready");
  `;
  const tsx = import.meta.resolve("tsx");
  const child = spawn(process.execPath, ["--import", tsx, "--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (text.includes("ready")) child.kill("SIGTERM");
  });
  const [code] = (await once(child, "exit")) as [number];
  expect({ code, output }).toEqual({ code: 3, output: "ready\nclosed\n" });
}, 60_000);
