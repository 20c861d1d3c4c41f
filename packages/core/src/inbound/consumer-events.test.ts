import { expect, it } from "@jest/globals";
import { ConnectionError, type LogFields, silentLogger } from "../index.ts";
import { logLeft, logProcessed } from "./consumer-events.ts";
import type { Delivery, Processed } from "./index.ts";

const delivery: Delivery = { id: "m1", key: "customer 7", attempt: 2, body: "body" };
const error = new ConnectionError("no route");
const record = { delivery, error, reason: "invalid", failedAt: 0 } as const;

it.each<[string, Pick<Processed, "outcome" | "settlement">, string | undefined]>([
  ["handled", { outcome: "handled", settlement: { kind: "done" } }, undefined],
  [
    "retried",
    { outcome: "retried", settlement: { kind: "retry", afterMs: 7 } },
    "warn A message was not handled and is delivered again",
  ],
  [
    "dead-lettered",
    { outcome: "dead-lettered", settlement: { kind: "dead-letter", record } },
    "error A message was given up and written to the dead-letter target",
  ],
  [
    "invalid and dead-lettered",
    { outcome: "invalid", settlement: { kind: "dead-letter", record } },
    "error An invalid message was written to the dead-letter target",
  ],
  [
    "invalid and left",
    { outcome: "invalid", settlement: { kind: "leave", record } },
    "error An invalid message is left to the queue",
  ],
  [
    "given up",
    { outcome: "left", settlement: { kind: "leave", record } },
    "error A message was given up, and is left to the queue: there is no dead-letter target",
  ],
  ["lost", { outcome: "left" }, "warn A message was not handled here"],
])("says of a message that is %s what an operator has to know", (_, facts, expected) => {
  const lines: string[] = [];
  const log = (level: string) => (fields: LogFields, message: string) => {
    expect(fields).toMatchObject({ id: "m1", attempt: 2, code: "wirekit/connection", error: "no route" });
    expect(JSON.stringify(fields)).not.toMatch(/customer|body/);
    lines.push(`${level} ${message}`);
  };
  logProcessed(
    { ...silentLogger, warn: log("warn"), error: log("error") },
    { delivery, error, isDuplicate: false, durationMs: 1, ...facts },
  );
  expect(lines).toEqual(expected === undefined ? [] : [expected]);
});

it("needs no error to say it", () => {
  const lines: unknown[] = [];
  const logger = { ...silentLogger, warn: (fields: LogFields) => lines.push(fields) };
  logProcessed(logger, { delivery, outcome: "left", isDuplicate: false, durationMs: 0 });
  expect(lines).toEqual([{ id: "m1", attempt: 2, code: undefined, error: undefined }]);
});

it("says in one line that many have left before their turn", () => {
  const lines: unknown[] = [];
  const logger = { ...silentLogger, warn: (fields: LogFields) => lines.push(fields) };
  logLeft(logger, [delivery, { ...delivery, id: "m2" }], error);
  logLeft(logger, [], error);
  expect(lines).toEqual([{ count: 2, firstId: "m1", code: "wirekit/connection", error: "no route" }]);
});
