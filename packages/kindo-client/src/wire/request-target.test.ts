import { expect, it } from "@jest/globals";
import { splitUrl } from "./request-target.ts";

it.each([
  ["https://example.com", { host: "example.com", path: "/", query: "" }],
  ["https://example.com?a=1", { host: "example.com", path: "/", query: "a=1" }],
  ["HTTPS://EXAMPLE.com:443/a", { host: "example.com", path: "/a", query: "" }],
  ["http://localhost:80/x", { host: "localhost", path: "/x", query: "" }],
  ["http://localhost:8080/x", { host: "localhost:8080", path: "/x", query: "" }],
  ["http://[::1]:8080/", { host: "[::1]:8080", path: "/", query: "" }],
  ["https://bücher.example/", { host: "xn--bcher-kva.example", path: "/", query: "" }],
  ["https://example.com/a/../b?x=/../#y", { host: "example.com", path: "/a/../b", query: "x=/../" }],
  ["https://example.com//a b?ሴ=1?2", { host: "example.com", path: "//a b", query: "ሴ=1?2" }],
  ["/a/./b?c", { host: undefined, path: "/a/./b", query: "c" }],
])("takes %s apart without changing path and query", (url, target) => {
  expect(splitUrl(url)).toEqual(target);
});

it.each(["", "example.com/a", "ftp://example.com/", "https://", "https://exa mple.com/", "a/b"])(
  "refuses %p, which names no host and no target",
  (url) => {
    expect(() => splitUrl(url)).toThrow("Invalid request: url must be an absolute http(s) URL");
  },
);
