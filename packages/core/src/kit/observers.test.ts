import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "../logger.ts";
import { recordingLogger } from "../testing/recording-logger.ts";
import { until } from "../testing/until.ts";
import { loggedListener } from "./logged-listener.ts";
import { safeLogger } from "./safe-logger.ts";
import { TypedEvents } from "./typed-events.ts";

const failing: readonly (readonly [string, () => void])[] = [
  [
    "throws",
    () => {
      throw new Error("disk full");
    },
  ],
  ["rejects", () => Promise.reject(new Error("disk full"))],
  [
    "returns something like a promise that rejects",
    // biome-ignore lint/suspicious/noThenProperty: it stands for a promise of another library
    () => ({ then: (_: unknown, reject: (reason: unknown) => void) => reject(new Error("disk full")) }),
  ],
];

describe.each(failing)("an observer that %s", (_, fail) => {
  it("as a logger changes nothing", () => {
    const logger = safeLogger({ debug: fail, info: fail, warn: fail, error: fail });
    for (const level of ["debug", "info", "warn", "error"] as const) logger[level]({}, "hello");
  });

  it("as a listener is logged under its name", async () => {
    const logger = recordingLogger();
    const listen = loggedListener("The audit hook", fail, logger);
    listen("event");
    await until(() => logger.lines.length > 0);
    expect(logger.lines).toEqual([
      { level: "error", message: "The audit hook has thrown", fields: { error: "disk full" } },
    ]);
  });

  it("as a listener to an event is logged, and the others are called all the same", async () => {
    const logger = recordingLogger();
    const events = new TypedEvents<{ sent: number }>(logger);
    const heard: number[] = [];
    events.on("sent", fail);
    events.on("sent", (event) => void heard.push(event));
    events.emit("sent", 7);
    expect(heard).toEqual([7]);
    await until(() => logger.lines.length > 0);
    expect(logger.lines).toEqual([
      {
        level: "error",
        message: "An event listener has thrown",
        fields: { event: "sent", error: "disk full" },
      },
    ]);
  });
});

describe("events", () => {
  it("reach the listeners of their name, in order, until they are taken off", () => {
    const events = new TypedEvents<{ sent: number; failed: string }>(silentLogger);
    const heard: string[] = [];
    const listener = (event: number | string) => void heard.push(`${event}`);
    const stop = events.on("sent", listener);
    events.on("sent", listener);
    events.on("failed", listener);
    events.emit("sent", 1);
    stop();
    stop();
    events.emit("sent", 2);
    events.emit("failed", "x");
    expect(heard).toEqual(["1", "1", "2", "x"]);
  });

  it("reach a listener that is absent without harm", () => {
    loggedListener("It", undefined, silentLogger)("event");
  });
});
