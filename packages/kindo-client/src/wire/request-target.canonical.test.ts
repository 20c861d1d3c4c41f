import { describe, expect, it } from "@jest/globals";
import { canonicalPath, canonicalQuery, encodeUnsafe } from "./request-target.ts";

describe("a canonical path", () => {
  it.each([
    ["/", "/"],
    ["//", "/"],
    ["/a/../..", "/"],
    ["/../../a", "/a"],
    ["/a/./b//c/", "/a/b/c/"],
    ["/.../..a", "/.../..a"],
    ["/a%20b", "/a%2520b"],
    ["/it's(1)*!", "/it%27s%281%29%2A%21"],
    ["/a+b=c&d@e:f", "/a%2Bb%3Dc%26d%40e%3Af"],
    ["/日本", "/%E6%97%A5%E6%9C%AC"],
  ])("of %s is %s", (path, canonical) => {
    expect(canonicalPath(path, { normalized: true })).toBe(canonical);
  });

  it.each([
    ["//a/../b//", "//a/../b//"],
    ["/a b", "/a%20b"],
  ])("of %s without normalising is %s", (path, canonical) => {
    expect(canonicalPath(path, { normalized: false })).toBe(canonical);
  });

  it("is none where the path holds half of a surrogate pair", () => {
    expect(() => canonicalPath("/\ud800", { normalized: true })).toThrow(
      "Invalid request: url must not hold half of a surrogate pair",
    );
  });
});

describe("a canonical query", () => {
  it.each([
    ["", ""],
    ["b=2&a=1", "a=1&b=2"],
    ["k=b&k=a&k=", "k=&k=a&k=b"],
    ["flag&a=1", "a=1&flag="],
    ["Param-3=3&Param=2", "Param=2&Param-3=3"],
    ["B=1&a=2", "B=1&a=2"],
    // As botocore does: what is there is taken as it is written.
    ["q=a+b", "q=a+b"],
    ["q=a=b", "q=a=b"],
    ["q=%7e", "q=%7e"],
    ["a=1&&b=2", "=&a=1&b=2"],
    // As AWS's suite has it: what no URL may hold is encoded.
    ["ሴ=bar", "%E1%88%B4=bar"],
    ['q="a b"', "q=%22a%20b%22"],
  ])("of %s is %s", (query, canonical) => {
    expect(canonicalQuery(query)).toBe(canonical);
  });
});

it("leaves everything that a URL may hold as it is", () => {
  const allowed = "-._~:/?#[]@!$&'()*+,;=%20abcXYZ019";
  expect(encodeUnsafe(allowed)).toBe(allowed);
  expect(encodeUnsafe('\t"<>\\^`{|}\u007fé🥝')).toBe("%09%22%3C%3E%5C%5E%60%7B%7C%7D%7F%C3%A9%F0%9F%A5%9D");
});
