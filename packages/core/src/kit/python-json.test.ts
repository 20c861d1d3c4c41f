import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ValidationError } from "../errors/validation-error.ts";
import { encodePythonJson } from "./python-json.ts";

// Every expected text here is what Python 3.11's `json.dumps` answers for the same value.
describe("encodePythonJson writes", () => {
  it.each([
    [{ a: 1, b: [true, null, "x"] }, '{"a": 1, "b": [true, null, "x"]}'],
    [{}, "{}"],
    [[], "[]"],
    [{ a: {}, b: [[], {}] }, '{"a": {}, "b": [[], {}]}'],
    ["Zoë 日本語", '"Zo\\u00eb \\u65e5\\u672c\\u8a9e"'],
    ["🥝", '"\\ud83e\\udd5d"'],
    ["\ud800 alone", '"\\ud800 alone"'],
    ['"\\/\b\f\n\r\t\u007f\u0000\u001f', '"\\"\\\\/\\b\\f\\n\\r\\t\\u007f\\u0000\\u001f"'],
    ["\u2028", '"\\u2028"'],
    [{ ключ: 1 }, '{"\\u043a\\u043b\\u044e\\u0447": 1}'],
  ])("%j with Python's separators and escapes", (value, text) => {
    expect(encodePythonJson(value)).toBe(text);
  });

  it.each([
    [0, "0"],
    [-0, "-0.0"],
    [99.99, "99.99"],
    [-1.5, "-1.5"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [0.000012345, "1.2345e-05"],
    [1e-7, "1e-07"],
    [-1.5e-10, "-1.5e-10"],
    [5e-324, "5e-324"],
    [1e21, "1e+21"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [Number.MAX_SAFE_INTEGER, "9007199254740991"],
    [123456789.125, "123456789.125"],
  ])("the number %p as %s", (value, text) => {
    expect(encodePythonJson(value)).toBe(text);
  });

  it("whole numbers below 1e21 in digits", () => {
    expect(encodePythonJson(1e20)).toBe("100000000000000000000");
  });

  it("nothing for a member that is undefined, or whose toJSON answers undefined", () => {
    expect(encodePythonJson({ a: undefined, b: { toJSON: () => undefined }, c: 1 })).toBe('{"c": 1}');
  });

  it("what toJSON answers, and asks only once", () => {
    const form = { a: 1, toJSON: (key: string) => ({ key, toJSON: undefined }) };
    expect(encodePythonJson({ at: new Date(0), form })).toBe(
      '{"at": "1970-01-01T00:00:00.000Z", "form": {"key": "form"}}',
    );
  });

  it("a key named __proto__ like any other", () => {
    expect(encodePythonJson(JSON.parse('{"__proto__": {"a": 1}}'))).toBe('{"__proto__": {"a": 1}}');
  });

  it("records without a prototype", () => {
    expect(encodePythonJson(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a": 1}');
  });

  it("the same object in two places, which is no cycle", () => {
    const shared = { a: 1 };
    expect(encodePythonJson([shared, { shared }])).toBe('[{"a": 1}, {"shared": {"a": 1}}]');
  });

  it("nothing that JSON.parse would read differently", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary", maxDepth: 6 }), (value) => {
        expect(JSON.parse(encodePythonJson(value))).toEqual(value);
      }),
    );
  });

  it("printable ASCII and nothing else, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(encodePythonJson({ [text]: text })).toMatch(/^[ -~]*$/);
      }),
    );
  });
});

describe("encodePythonJson refuses", () => {
  class Point {
    readonly x = 1;
  }

  it.each([
    ["undefined in an array", { a: [1, undefined] }, "a[1]", "undefined"],
    ["a hole in an array", { a: new Array(1) }, "a[0]", "undefined"],
    ["undefined itself", undefined, "", "undefined"],
    ["NaN", { a: { b: Number.NaN } }, "a.b", "NaN"],
    ["Infinity", [Number.NEGATIVE_INFINITY], "[0]", "-Infinity"],
    ["a BigInt", { "odd key": 1n }, '["odd key"]', "BigInt"],
    ["a function", { a: () => 1 }, "a", "function"],
    ["a symbol", { a: Symbol("s") }, "a", "symbol"],
    ["an invalid Date", { a: new Date(Number.NaN) }, "a", "invalid Date"],
    ["a Map", { a: new Map([[1, 2]]) }, "a", "instance of Map"],
    ["a Set", { a: new Set() }, "a", "instance of Set"],
    ["a typed array", { a: new Uint8Array(2) }, "a", "instance of Uint8Array"],
    ["an instance of a class", { a: new Point() }, "a", "instance of Point"],
    ["what toJSON answers", { a: { toJSON: () => 1n } }, "a", "BigInt"],
  ])("%s, with its path", (_name, value, path, what) => {
    expect(issuesOf(value)).toEqual([{ path, message: expect.stringContaining(what) }]);
  });

  it("every fault at once, below the path it is given", () => {
    expect(issuesOf({ a: Number.NaN, b: [1n, 2], c: "fine" }, "payload").map(({ path }) => path)).toEqual([
      "payload.a",
      "payload.b[0]",
    ]);
  });

  it("a cycle, at the reference that closes it", () => {
    const order: Record<string, unknown> = { id: 1 };
    order.lines = [{ order }];
    expect(issuesOf(order)).toEqual([
      { path: "lines[0].order", message: expect.stringContaining("refers back") },
    ]);
  });

  it("a dense web of references without walking it by every way", () => {
    const nodes: unknown[][] = Array.from({ length: 60 }, () => []);
    for (const node of nodes) node.push(...nodes);
    expect(issuesOf(nodes)[0]?.message).toContain("refers back");
  });

  it("what is nested deeper than Python itself would write", () => {
    expect(() => encodePythonJson(nested(1000))).not.toThrow();
    expect(issuesOf(nested(1001))[0]?.message).toContain("1000 levels deep");
    expect(issuesOf(nested(100_000))[0]?.message).toContain("1000 levels deep");
  });

  it("a toJSON or a getter that throws, with what it threw as the cause", () => {
    const thrown = new Error("not loaded");
    const lazy = {
      get total(): number {
        throw thrown;
      },
    };
    expect(() => encodePythonJson({ lazy })).toThrow(expect.objectContaining({ cause: thrown }));
    expect(issuesOf({ lazy })).toEqual([{ path: "lazy.total", message: "could not be read" }]);
  });

  it("a flood of faults without listing all of them", () => {
    expect(issuesOf(new Array(100_000).fill(Number.NaN))).toHaveLength(100);
    expect(issuesOf(new Array(100_000))).toHaveLength(100);
  });
});

function issuesOf(value: unknown, rootPath?: string): ValidationError["issues"] {
  try {
    encodePythonJson(value, { rootPath });
  } catch (thrown) {
    if (thrown instanceof ValidationError) return thrown.issues;
    throw thrown;
  }
  throw new Error("it was not refused");
}

/** `count` arrays inside each other. */
function nested(count: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < count; level += 1) value = [value];
  return value;
}
