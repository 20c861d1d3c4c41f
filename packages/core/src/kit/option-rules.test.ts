import { describe, expect, it } from "@jest/globals";
import { systemClock } from "../clock.ts";
import { consoleLogger, silentLogger } from "../logger.ts";
import { defaultRetryPolicy } from "../retry-policy.ts";
import { Faults } from "./faults.ts";
import { option } from "./option-rules.ts";
import type { OptionRule } from "./read-options.ts";

/** What users hand in by mistake, one of each kind. */
const values: Readonly<Record<string, unknown>> = {
  undefined,
  null: null,
  NaN: Number.NaN,
  "-1": -1,
  "0": 0,
  "0.5": 0.5,
  "7": 7,
  "2^31": 2 ** 31,
  Infinity: Number.POSITIVE_INFINITY,
  "an empty text": "",
  "a blank text": " ",
  "a text": "red",
  "a number in a text": "7",
  true: true,
  "an object": {},
  "a list": [],
  "a function": () => "red",
};

const required = { presence: "required" } as const;

/** Each rule with the values that it takes; all others are one fault under the option's name. */
const rules: readonly {
  readonly name: string;
  readonly rule: OptionRule<unknown>;
  readonly takes: string[];
}[] = [
  { name: "text", rule: option.text(required), takes: ["a text", "a number in a text"] },
  {
    name: "text that may be left out",
    rule: option.text(),
    takes: ["undefined", "a text", "a number in a text"],
  },
  {
    name: "text of a form",
    rule: option.text({ ...required, pattern: /^\d+$/ }),
    takes: ["a number in a text"],
  },
  { name: "whole", rule: option.whole({ ...required, minimum: 0 }), takes: ["0", "7", "2^31"] },
  { name: "whole in a range", rule: option.whole({ ...required, minimum: 1, maximum: 10 }), takes: ["7"] },
  {
    name: "whole without an end",
    rule: option.whole({ ...required, minimum: 1, unlimited: "allowed" }),
    takes: ["7", "2^31", "Infinity"],
  },
  { name: "number", rule: option.number({ ...required, minimum: 0, maximum: 1 }), takes: ["0", "0.5"] },
  { name: "durationMs", rule: option.durationMs({ ...required, minimum: 0 }), takes: ["0", "0.5", "7"] },
  {
    name: "durationMs without an end",
    rule: option.durationMs({ ...required, minimum: 1, unlimited: "allowed" }),
    takes: ["7", "Infinity"],
  },
  { name: "oneOf", rule: option.oneOf(["red", "blue"], required), takes: ["a text"] },
  { name: "fn", rule: option.fn(required), takes: ["a function"] },
  { name: "methods", rule: option.methods<{ call(): void }>(["call"], required), takes: ["a function"] },
  { name: "textMap", rule: option.textMap(), takes: ["undefined", "an object"] },
  { name: "list", rule: option.list(option.text(required)), takes: ["undefined", "a list"] },
  { name: "group", rule: option.group({ size: option.text() }), takes: ["undefined", "an object"] },
  {
    name: "optionalGroup",
    rule: option.optionalGroup({ size: option.text() }),
    takes: ["undefined", "an object"],
  },
  { name: "retry", rule: option.retry(), takes: ["undefined", "an object"] },
  { name: "logger", rule: option.logger(), takes: ["undefined"] },
  { name: "clock", rule: option.clock(), takes: ["undefined"] },
  { name: "random", rule: option.random(), takes: ["undefined", "a function"] },
  { name: "unchecked", rule: option.unchecked(), takes: Object.keys(values) },
];

function read(rule: OptionRule<unknown>, value: unknown) {
  const faults = new Faults();
  return { read: rule(value, "colour", faults), issues: faults.issues };
}

describe.each(rules)("$name", ({ rule, takes }) => {
  it.each(Object.keys(values))("is right about %s", (what) => {
    const { issues } = read(rule, values[what]);
    const isTaken = takes.includes(what);
    expect(issues).toEqual(
      isTaken ? [] : [{ path: "colour", message: expect.stringMatching(/^(must|is|lacks) /) }],
    );
  });

  it("shows no value", () => {
    const { issues } = read(rule, "hunter2-hunter2");
    expect(JSON.stringify(issues)).not.toContain("hunter2");
  });
});

describe("what is read", () => {
  it.each<[string, OptionRule<unknown>, unknown]>([
    ["text", option.text({ default: "red" }), "red"],
    ["whole", option.whole({ minimum: 0, default: 7 }), 7],
    ["number", option.number({ minimum: 0, default: 0.5 }), 0.5],
    ["durationMs", option.durationMs({ minimum: 0, default: 100 }), 100],
    ["oneOf", option.oneOf(["red", "blue"], { default: "blue" }), "blue"],
    ["textMap", option.textMap(), {}],
    ["list", option.list(option.text(), { default: ["red"] }), ["red"]],
    ["list without a default", option.list(option.text()), []],
    ["group", option.group({ size: option.whole({ minimum: 0, default: 3 }) }), { size: 3 }],
    ["optionalGroup", option.optionalGroup({ size: option.whole({ minimum: 0, default: 3 }) }), undefined],
    ["retry", option.retry({ maxAttempts: 9 }), { ...defaultRetryPolicy, maxAttempts: 9 }],
    ["clock", option.clock(), systemClock],
    ["random", option.random(), Math.random],
    ["logger", option.logger(), consoleLogger],
  ])("by %s is its default where it is left out", (_, rule, expected) => {
    expect(read(rule, undefined)).toEqual({ read: expected, issues: [] });
  });

  it("is the value itself where there is one", () => {
    const call = () => "red";
    expect(read(option.fn({ default: () => "blue" }), call).read).toBe(call);
    expect(read(option.list(option.text()), ["a", "b"]).read).toEqual(["a", "b"]);
    expect(read(option.textMap(), { a: "b" }).read).toEqual({ a: "b" });
    expect(read(option.retry({ maxAttempts: 9 }), { baseDelayMs: 1, maxAttempts: undefined }).read).toEqual({
      ...defaultRetryPolicy,
      maxAttempts: 9,
      baseDelayMs: 1,
    });
  });

  it("is a logger that never throws", () => {
    const throwing = () => {
      throw new Error("disk full");
    };
    const { read: logger } = read(option.logger(), { ...silentLogger, warn: throwing });
    expect(() => (logger as typeof silentLogger).warn({}, "hello")).not.toThrow();
  });
});

describe("a fault says where it is, and what was expected", () => {
  it.each<[string, OptionRule<unknown>, unknown, string]>([
    ["required", option.text(required), undefined, "colour is required"],
    ["text", option.text(), "", "colour must be a text that is not empty"],
    ["form", option.text({ pattern: /^x/, expected: "must begin with x" }), "y", "colour must begin with x"],
    ["whole", option.whole({ minimum: 1 }), 0, "colour must be a whole number of at least 1"],
    [
      "range",
      option.number({ minimum: 1, maximum: 9, unlimited: "allowed" }),
      0,
      "colour must be a number of at least 1 and at most 9, or Infinity",
    ],
    ["oneOf", option.oneOf(["a", "b"]), "c", 'colour must be "a" or "b"'],
    ["fn", option.fn(), 1, "colour must be a function"],
    ["methods", option.methods<{ a(): void; b(): void }>(["a", "b"]), { a() {} }, "colour lacks b()"],
    ["no object", option.methods<{ a(): void }>(["a"]), 1, "colour must be an object with a()"],
    ["textMap", option.textMap(), { a: 1 }, "colour must map names to texts that are not empty"],
    ["list", option.list(option.text()), "a", "colour must be a list"],
    ["item", option.list(option.text()), ["a", ""], "colour[1] must be a text that is not empty"],
    ["group", option.group({}), 1, "colour must be an object"],
    [
      "member",
      option.group({ "a b": option.text() }),
      { "a b": 1 },
      'colour["a b"] must be a text that is not empty',
    ],
    [
      "unknown member",
      option.group({ size: option.text() }),
      { sise: 1 },
      "colour.sise is not an option; did you mean size?",
    ],
    [
      "retry",
      option.retry(),
      { maxAttempts: 0 },
      "colour.maxAttempts must be a whole number of at least 1, or Infinity",
    ],
    [
      "unknown of retry",
      option.retry(),
      { attempts: 1 },
      "colour.attempts is not an option; did you mean maxAttempts?",
    ],
  ])("%s", (_, rule, value, expected) => {
    const { issues } = read(rule, value);
    expect(issues.map(({ path, message }) => `${path} ${message}`)).toEqual([expected]);
  });
});
