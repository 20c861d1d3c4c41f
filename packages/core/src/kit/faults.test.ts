import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../errors/config-error.ts";
import { Faults, isWithin } from "./faults.ts";

const issue = (path: string) => ({ path, message: "is wrong" });

describe("faults", () => {
  it("are thrown as one error that names each", () => {
    const faults = new Faults();
    faults.throwIfAny();
    faults.add(issue("a"), undefined, issue("b"));
    faults.add();
    expect(() => faults.throwIfAny()).toThrow("Invalid configuration: a is wrong; b is wrong");
    expect(() => faults.throwIfAny()).toThrow(ConfigError);
  });

  it("take those of a nested configuration over", () => {
    const faults = new Faults();
    const task = () => {
      throw new ConfigError([issue("a"), issue("b")]);
    };
    expect(faults.collect(task)).toBeUndefined();
    expect(faults.collect(() => 7)).toBe(7);
    expect(faults.issues).toEqual([issue("a"), issue("b")]);
  });

  it("do not hide another error", () => {
    const faults = new Faults();
    const task = () => {
      throw new RangeError("a bug");
    };
    expect(() => faults.collect(task)).toThrow(RangeError);
  });

  it("know what is wrong, and with what inside it", () => {
    const faults = new Faults();
    faults.add(issue("retry.maxAttempts"));
    expect(
      ["retry", "retry.maxAttempts", "ret", "retry.max", "other"].map((path) => faults.has(path)),
    ).toEqual([true, true, false, false, false]);
  });
});

it.each([
  ["a", "a", true],
  ["a.b", "a", true],
  ["a[0]", "a", true],
  ['a["x y"]', "a", true],
  ["ab", "a", false],
  ["a", "a.b", false],
])("%s is within %s: %p", (path, parent, expected) => {
  expect(isWithin(path, parent)).toBe(expected);
});
