import { expect, it, jest } from "@jest/globals";
import { BoundedLog } from "./bounded-log.ts";

const ofBytes = (limit: number, option?: string) =>
  new BoundedLog<string>({ name: "texts", limit, weigh: (text) => text.length, option });

it("keeps everything within its limit", () => {
  const log = ofBytes(8);
  for (const text of ["aaaa", "bbbb"]) log.add(text);
  expect(log.values).toEqual(["aaaa", "bbbb"]);
  expect([log.added, log.forgotten, log.nth(1), log.nth(2), log.nth(3)]).toEqual([
    2,
    0,
    "aaaa",
    "bbbb",
    undefined,
  ]);
});

it("lets the oldest go, and still counts them", () => {
  const log = ofBytes(8);
  const { values } = log;
  for (const text of ["aaaa", "bb", "cc", "d"]) log.add(text);
  expect(values).toEqual(["bb", "cc", "d"]);
  expect([log.added, log.forgotten, log.nth(1), log.nth(2)]).toEqual([4, 1, undefined, "bb"]);
  log.clear();
  expect([log.values, log.added, log.forgotten]).toEqual([[], 0, 0]);
});

it("never weighs more than its limit, unless a single one does, which it keeps", () => {
  const log = ofBytes(1_000);
  for (let n = 0; n < 10_000; n += 1) {
    log.add("x".repeat(n % 90));
    expect(log.values.join("").length).toBeLessThanOrEqual(1_000);
  }
  log.add("y".repeat(2_000));
  expect(log.values).toEqual(["y".repeat(2_000)]);
});

it("says once that it forgets, and by which option it would not", () => {
  const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
  const log = ofBytes(2, "maxLogBytes");
  for (const text of ["a", "b", "c", "d", "e"]) log.add(text);
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/oldest texts .* 2 bytes .* maxLogBytes/), expect.anything()],
  ]);
  warn.mockRestore();
});
