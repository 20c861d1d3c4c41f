import { runInNewContext } from "node:vm";
import { expect, it } from "@jest/globals";
import { isBytes, isSignal, isValidDate } from "./index.ts";

const elsewhere = (code: string): unknown => runInNewContext(code);

it("knows bytes, also those of another realm", () => {
  for (const value of [new Uint8Array(1), Buffer.from("a"), elsewhere("new Uint8Array(1)")])
    expect(isBytes(value)).toBe(true);
  for (const value of [undefined, null, "a", [1], new ArrayBuffer(1), new DataView(new ArrayBuffer(1))])
    expect(isBytes(value)).toBe(false);
});

it("knows dates, also those of another realm, and which of them say a time", () => {
  expect([new Date(0), elsewhere("new Date(0)"), new Date("nonsense")].map(isValidDate)).toEqual([
    true,
    true,
    false,
  ]);
  for (const value of [undefined, null, 0, "2026-01-01", {}]) expect(isValidDate(value)).toBe(false);
});

it("knows signals by what they have", () => {
  expect(isSignal(new AbortController().signal)).toBe(true);
  for (const value of [undefined, null, "", {}, { aborted: false }, new EventTarget()])
    expect(isSignal(value)).toBe(false);
});
