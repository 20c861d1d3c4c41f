import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { type Logger as PinoLogger, pino } from "pino";
import { consoleLogger, type Logger, silentLogger } from "./logger.ts";

/** What a package does with a logger that it was given. */
function report(logger: Logger): void {
  logger.debug({ queue: "orders" }, "looked");
  logger.info({ queue: "orders" }, "sent");
  logger.warn({ attempt: 2 }, "retried");
  logger.error({ code: "wirekit/timeout" }, "failed");
}

describe("a logger of pino", () => {
  it("fits without an adapter: fields and message stand where pino puts them", () => {
    const lines: string[] = [];
    const logger: PinoLogger = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
    report(logger);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 20, queue: "orders", msg: "looked" },
      { level: 30, queue: "orders", msg: "sent" },
      { level: 40, attempt: 2, msg: "retried" },
      { level: 50, code: "wirekit/timeout", msg: "failed" },
    ]);
  });

  it("fits as a child, and with levels of its own", () => {
    const child: Logger = pino({ level: "silent" }).child({ component: "sender" });
    const custom: Logger = pino({ level: "silent", customLevels: { audit: 35 } });
    report(child);
    report(custom);
  });
});

describe("the console", () => {
  afterEach(() => void jest.restoreAllMocks());

  it("fits without an adapter", () => {
    const methods = ["debug", "info", "warn", "error"] as const;
    const spies = methods.map((method) => jest.spyOn(console, method).mockImplementation(() => {}));
    const logger: Logger = console;
    report(logger);
    expect(spies.map((spy) => spy.mock.calls)).toEqual([
      [[{ queue: "orders" }, "looked"]],
      [[{ queue: "orders" }, "sent"]],
      [[{ attempt: 2 }, "retried"]],
      [[{ code: "wirekit/timeout" }, "failed"]],
    ]);
  });

  it("gets warnings and errors of the default logger, message first, and nothing else", () => {
    const methods = ["debug", "info", "warn", "error"] as const;
    const spies = methods.map((method) => jest.spyOn(console, method).mockImplementation(() => {}));
    report(consoleLogger);
    expect(spies.map((spy) => spy.mock.calls)).toEqual([
      [],
      [],
      [["retried", { attempt: 2 }]],
      [["failed", { code: "wirekit/timeout" }]],
    ]);
  });
});

describe("the silent logger", () => {
  it("says nothing", () => {
    const write = jest.spyOn(process.stdout, "write");
    report(silentLogger);
    expect(write).not.toHaveBeenCalled();
    write.mockRestore();
  });
});

// What must not compile; `pnpm typecheck` fails when one of them does.
// @ts-expect-error a logger without levels is none
const withoutLevels: Logger = { log: () => {} };
// @ts-expect-error the fields come first
silentLogger.info("message", { queue: "orders" });
void withoutLevels;
