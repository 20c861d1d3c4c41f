import { expect, it } from "@jest/globals";
import { sigv4Vectors } from "../../../test/sigv4-vectors.ts";
import { canonicalPath, canonicalQuery, canonicalRequest } from "./canonical-request.ts";

it.each(sigv4Vectors())("makes the original's canonical request: $name", (vector) => {
  const canonical = vector.expected.canonicalRequest;
  const rawHeaders = Object.entries({ Host: vector.host, ...vector.expected.headers });
  const headers = Object.fromEntries(rawHeaders.map(([name, value]) => [name.toLowerCase(), value]));
  const request = {
    number: 1,
    connection: 1,
    method: vector.request.method,
    target: vector.target,
    rawHeaders,
    headers,
    body: Buffer.from(vector.request.body, "utf8"),
  };
  const signedHeaders = canonical.split("\n").at(-2)?.split(";") ?? [];
  expect(canonicalRequest(request, signedHeaders)).toBe(canonical);
});

it("makes one line of a repeated header and one blank of many", () => {
  const rawHeaders = [
    ["My-Header", "  b   a  "],
    ["other", "x"],
    ["my-header", 'c\t "d   e"'],
  ] as const;
  const request = {
    number: 1,
    connection: 1,
    method: "GET",
    target: "/",
    rawHeaders,
    headers: {},
    body: Buffer.alloc(0),
  };
  expect(canonicalRequest(request, ["my-header"]).split("\n")[3]).toBe('my-header:b a,c "d e"');
});

it.each([
  ["/", "/"],
  ["", "/"],
  ["//", "/"],
  ["/./", "/"],
  ["/example/..", "/"],
  ["/a/b/../..", "/"],
  ["/../../a", "/a"],
  ["//a//b//", "/a/b/"],
  ["/a/./b", "/a/b"],
  ["/a%20b", "/a%2520b"],
  ["/a%2Fb", "/a%252Fb"],
  ["/a+b=c&d,e;f@g:h!i*j'k(l)", "/a%2Bb%3Dc%26d%2Ce%3Bf%40g%3Ah%21i%2Aj%27k%28l%29"],
  ["/-._~azAZ09", "/-._~azAZ09"],
])("normalises the path %j to %j", (path, canonical) => {
  expect(canonicalPath(path)).toBe(canonical);
});

it.each([
  ["", ""],
  ["a", "a="],
  ["a=", "a="],
  ["b=1&a=2", "a=2&b=1"],
  ["k=b&k=a&k=", "k=&k=a&k=b"],
  ["a=b=c", "a=b%3Dc"],
  ["a=%c3%a9", "a=%C3%A9"],
  ["a=%7E%41", "a=~A"],
  ["a=x+y", "a=x%2By"],
  ["a=100%", "a=100%25"],
  ["a=?x", "a=%3Fx"],
  ["Param-3=3&Param=2&%E1%88%B4=1", "%E1%88%B4=1&Param=2&Param-3=3"],
  ["&&a=1&", "a=1"],
])("normalises the query %j to %j", (query, canonical) => {
  expect(canonicalQuery(query, "normalised")).toBe(canonical);
});

it.each([
  ["", ""],
  ["a", "a="],
  ["k=b&k=a&k=", "k=&k=a&k=b"],
  ["b=x+y,z&a=%c3%a9=", "a=%c3%a9=&b=x+y,z"],
  ["&&a=1", "=&=&a=1"],
])("takes the query %j as it is written: %j", (query, canonical) => {
  expect(canonicalQuery(query, "as-written")).toBe(canonical);
});
