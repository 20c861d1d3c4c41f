import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseHttpDate } from "./http-date.ts";
import { parseRetryAfter } from "./retry-after.ts";

const now = Date.UTC(1994, 10, 6, 8, 49, 0);

describe("parseRetryAfter", () => {
  it.each([
    ["120", 120_000],
    ["0", 0],
    [" 5 ", 5_000],
    ["1.5", 1_500],
    ["-3", 0],
    ["9".repeat(400), Number.MAX_SAFE_INTEGER],
  ])("takes %s for seconds", (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });

  it.each(["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])(
    "takes %s for a date",
    (value) => {
      expect(parseRetryAfter(value, now)).toBe(37_000);
      expect(parseRetryAfter(value, now + 60_000)).toBe(0);
    },
  );

  it.each([undefined, null, "", "soon", "5 s", "5, 10", "1e3", "0x10", "Infinity", "2030-01-01T00:00:00Z"])(
    "knows that %j is neither",
    (value) => {
      expect(parseRetryAfter(value, now)).toBeUndefined();
    },
  );

  it("gives a whole number of at least 0, or nothing, for any text", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const parsed = parseRetryAfter(value, now);
        expect(parsed === undefined || (Number.isSafeInteger(parsed) && parsed >= 0)).toBe(true);
      }),
    );
  });
});

describe("parseHttpDate", () => {
  it("reads every date that it is written with", () => {
    const second = fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => seconds * 1000);
    fc.assert(
      fc.property(second, (at) => {
        expect(parseHttpDate(new Date(at).toUTCString())).toBe(at);
      }),
    );
  });

  it.each([
    ["94", 2026, 1994],
    ["76", 2026, 2076],
    ["77", 2026, 1977],
    ["26", 2026, 2026],
    ["05", 1999, 1905],
  ])("takes the year %s in %d for %d", (digits, thisYear, year) => {
    const parsed = parseHttpDate(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, Date.UTC(thisYear, 5));
    expect(new Date(parsed ?? 0).getUTCFullYear()).toBe(year);
  });

  it("knows the leap second", () => {
    expect(parseHttpDate("Sat, 31 Dec 2016 23:59:60 GMT")).toBe(Date.UTC(2017, 0, 1));
  });

  it.each([
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nop 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "06 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "1994-11-06",
    "",
  ])("does not take %j for one", (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });
});
