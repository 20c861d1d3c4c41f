import { expect, it } from "@jest/globals";
import { parseLine } from "./parse-line.ts";

const line = (bytes: string | Uint8Array) => ({
  number: 2,
  bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
  endsAt: 0,
});

it.each(["", "  ", "\r", "\t\r"])("takes %j for a blank line", (text) => {
  expect(parseLine(line(text))).toEqual({ kind: "blank" });
});

it("takes the carriage return at the end of a line for nothing", () => {
  expect(parseLine(line('{"a": 1}\r'))).toEqual({ kind: "message", message: { a: 1 } });
});

it("takes a byte order mark within a line for a mistake", () => {
  expect(parseLine(line('\uFEFF{"a": 1}'))).toMatchObject({ kind: "invalid", code: "not-json" });
});

it("takes a line that is not held for too long", () => {
  const pieces = (async function* () {})();
  expect(parseLine({ number: 1, endsAt: 0, pieces })).toMatchObject({ kind: "invalid", code: "too-long" });
});

it("says where JSON is broken without quoting it", () => {
  const parsed = parseLine(line('{"card": "4111111111111111", oops}'));
  expect(parsed).toEqual({ kind: "invalid", code: "not-json", problem: "is not JSON (character 30)" });
  expect(parseLine(line("secret"))).toMatchObject({ problem: expect.not.stringContaining("secret") });
});

it("refuses bytes that are no UTF-8 rather than change them", () => {
  expect(parseLine(line(new Uint8Array([0x22, 0xff, 0x22])))).toEqual({
    kind: "invalid",
    code: "not-json",
    problem: "is not UTF-8",
  });
});
