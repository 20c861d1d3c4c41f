import { expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { canonicalQuery, splitUrl } from "./request-target.ts";
import { sendableUrl } from "./sendable-url.ts";

it.each([
  ["https://example.com", "https://example.com/"],
  ["https://example.com?a=1", "https://example.com/?a=1"],
  ["https://example.com/a/../b//c", "https://example.com/a/../b//c"],
  ["https://example.com/a%20b/%e9", "https://example.com/a%20b/%e9"],
  ["https://example.com/a b/é", "https://example.com/a%20b/%C3%A9"],
  ["https://example.com/?flag&a=&b=%7e", "https://example.com/?flag&a=&b=~"],
  ["https://example.com/?q=it's(1)&r=a=b", "https://example.com/?q=it%27s%281%29&r=a%3Db"],
  ["https://example.com/?q=a+b&r=a%2Bb", "https://example.com/?q=a%20b&r=a%2Bb"],
  ["https://example.com/?q=100%", "https://example.com/?q=100%25"],
  ["https://example.com/?q=%ff", "https://example.com/?q=%FF"],
  ["https://example.com/?&&a=1&", "https://example.com/?a=1"],
])("makes %s into %s", (url, sendable) => {
  expect(sendableUrl(url)).toBe(sendable);
});

it("makes a URL that HTTP can carry, and that is not made into another one again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (path, query) => {
      const isSurrogateFree = !/\p{Surrogate}/u.test(path + query);
      fc.pre(isSurrogateFree && !/[?#]/.test(path) && !query.includes("#"));
      const url = sendableUrl(`https://example.com/${path}?${query}`);
      expect(url).toMatch(/^[!-~]*$/);
      expect(sendableUrl(url)).toBe(url);
    }),
    { numRuns: scale({ small: 50, full: 2_000 }) },
  );
});

it("makes a query whose canonical form does not depend on who encodes it anew", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      fc.pre(!text.includes("#"));
      const { query } = splitUrl(sendableUrl(`https://example.com/?${text}`));
      const encodedAnew = query
        .split("&")
        .map((pair) =>
          pair
            .split("=")
            .map((part) => strict(bytesOf(part)))
            .join("="),
        )
        .join("&");
      expect(canonicalQuery(query)).toBe(canonicalQuery(encodedAnew));
    }),
  );
});

/** What a server decodes: bytes, which need not be UTF-8. */
function bytesOf(encoded: string): Buffer {
  const text = encoded.replace(/%([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(text, "latin1");
}

function strict(bytes: Buffer): string {
  return [...bytes]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[\w.~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
