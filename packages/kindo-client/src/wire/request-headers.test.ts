import { expect, it } from "@jest/globals";
import { mergeHeaders } from "./request-headers.ts";

it("joins the values of a name that is there more than once, as their canonical form has them", () => {
  const merged = mergeHeaders([
    ["My-Header", " b "],
    ["other", "x"],
    ["MY-HEADER", "a"],
    ["my-header", "b"],
  ]);
  expect([...merged]).toEqual([
    ["my-header", { name: "My-Header", value: "b,a,b" }],
    ["other", { name: "other", value: "x" }],
  ]);
});

it("unfolds a value, so that no line feed can smuggle in a header", () => {
  const merged = mergeHeaders({ a: "1\r\n  2\nEvil: 3" });
  expect(merged.get("a")?.value).toBe("1 2 Evil: 3");
});

it("keeps a header named __proto__", () => {
  expect(mergeHeaders([["__proto__", "1"]]).get("__proto__")?.value).toBe("1");
});

it("refuses a value that is no text", () => {
  expect(() => mergeHeaders({ a: 1 } as never)).toThrow("Invalid request: headers must be names with values");
});
