import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ConfigError } from "../errors/config-error.ts";
import { Faults, isWithin } from "./faults.ts";
import { option } from "./option-rules.ts";
import { readOptions } from "./read-options.ts";

const rules = {
  url: option.text({ presence: "required" }),
  concurrency: option.whole({ minimum: 1, default: 10 }),
  handlerTimeoutMs: option.durationMs({ minimum: 1 }),
  retry: option.retry(),
};

function messageOf(options: unknown): string {
  const faults = new Faults();
  readOptions(options, rules, faults);
  try {
    faults.throwIfAny();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message;
  }
  return "";
}

describe("readOptions", () => {
  it("fills in the defaults, by type", () => {
    const faults = new Faults();
    const read = readOptions({ url: "x" }, rules, faults);
    // Each has the type that its rule gives it.
    const typed: { url: string; concurrency: number; handlerTimeoutMs: number | undefined } = read;
    expect(typed).toMatchObject({ url: "x", concurrency: 10, handlerTimeoutMs: undefined });
    expect(faults.issues).toEqual([]);
  });

  it("names every fault in one error", () => {
    expect(messageOf({ concurency: 1, handlerTimeoutMs: -1, retry: { maxAttempts: 0 } })).toBe(
      "Invalid configuration: concurency is not an option; did you mean concurrency?; url is required; " +
        "handlerTimeoutMs must be a number of at least 1 and at most 2147483647; " +
        "retry.maxAttempts must be a whole number of at least 1, or Infinity",
    );
  });

  it.each([null, undefined, 1, "x", true, [], () => 1])("names the whole where it is %p", (options) => {
    expect(messageOf(options)).toBe("Invalid configuration: options must be an object");
  });

  it("takes an unknown option that is undefined for one that is not given", () => {
    expect(messageOf({ url: "x", colour: undefined })).toBe("");
  });

  it.each([
    ["concurency", "concurrency"],
    ["Concurrency", "concurrency"],
    ["URL", "url"],
    ["uri", "url"],
    ["handlerTimeout", "handlerTimeoutMs"],
    ["colour", undefined],
    ["x", undefined],
  ])("meets %s with the nearest option: %s", (wrong, right) => {
    const message = messageOf({ url: "x", [wrong]: 1 });
    expect(message).toContain(`${wrong} is not an option`);
    expect(/did you mean (\w+)\?/.exec(message)?.[1]).toBe(right);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "does not take %s for an option",
    (name) => {
      const options = JSON.parse(`{ "url": "x", "${name}": 1 }`) as unknown;
      expect(messageOf(options)).toContain(`${name} is not an option`);
    },
  );

  it("reads, or names by a path that it has, whatever it is given, and never shows a value", () => {
    const secret = "hunter2-hunter2";
    const anything = fc.oneof(fc.constant(secret), fc.anything(), fc.double());
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(rules), "other"), anything), (options) => {
        const faults = new Faults();
        readOptions(options, rules, faults);
        for (const { path, message } of faults.issues) {
          expect([...Object.keys(rules), "other"].some((name) => isWithin(path, name))).toBe(true);
          expect(message).not.toContain(secret);
        }
      }),
    );
  });
});
