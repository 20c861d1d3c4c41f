import { describe, expect, it } from "@jest/globals";
import { ClosedError } from "./closed-error.ts";
import { ConfigError } from "./config-error.ts";
import { ConnectionError } from "./connection-error.ts";
import { describeIssues, memberPath } from "./issues.ts";
import { TimeoutError } from "./timeout-error.ts";
import { ValidationError } from "./validation-error.ts";
import { messageOf, WirekitError } from "./wirekit-error.ts";

const issues = [
  { path: "AWS_REGION", message: "is required" },
  { path: "", message: "must not be empty" },
];

const errors = [
  {
    make: () => new ClosedError("The client"),
    errorClass: ClosedError,
    name: "ClosedError",
    code: "wirekit/closed",
  },
  {
    make: () => new ConfigError(issues),
    errorClass: ConfigError,
    name: "ConfigError",
    code: "wirekit/config",
  },
  {
    make: () => new ConnectionError("lost"),
    errorClass: ConnectionError,
    name: "ConnectionError",
    code: "wirekit/connection",
  },
  {
    make: () => new TimeoutError("The response", 10),
    errorClass: TimeoutError,
    name: "TimeoutError",
    code: "wirekit/timeout",
  },
  {
    make: () => new ValidationError(issues),
    errorClass: ValidationError,
    name: "ValidationError",
    code: "wirekit/validation",
  },
];

describe.each(errors)("$name", ({ make, errorClass, name, code }) => {
  it("has its name and code, and is a WirekitError", () => {
    const error = make();
    expect(error).toBeInstanceOf(WirekitError);
    expect(error).toBeInstanceOf(Error);
    expect({ name: error.name, code: error.code }).toEqual({ name, code });
    expect(String(error)).toMatch(new RegExp(`^${name}: .`));
    expect("attempts" in error).toBe(false);
  });

  it("is recognised when another copy of its class made it, and nothing else is", () => {
    const error = make();
    // Another copy of a class shares nothing with this one but the marks under a registered symbol.
    const fromOtherCopy = Object.create(null, Object.getOwnPropertyDescriptors(error));
    expect(fromOtherCopy).toBeInstanceOf(errorClass);
    expect(fromOtherCopy instanceof WirekitError).toBe(true);
    for (const other of [
      new Error("x"),
      null,
      undefined,
      "x",
      {},
      new WirekitError("x", { code: "test/x" }),
    ]) {
      expect(other).not.toBeInstanceOf(errorClass);
    }
  });
});

describe("an error", () => {
  it("says whether to try again", () => {
    expect(errors.map(({ make }) => make().retryable)).toEqual([false, false, true, true, false]);
    expect(new ConnectionError("no certificate", { retryable: false }).retryable).toBe(false);
    expect(new WirekitError("x", { code: "test/x", retryable: true }).retryable).toBe(true);
  });

  it("keeps details and cause, and has no cause when none is given", () => {
    const cause = new Error("inner");
    const error = new ConnectionError("outer", { cause, details: { port: 1 } });
    expect(error).toMatchObject({ cause, details: { port: 1 } });
    expect("cause" in new ConnectionError("outer")).toBe(false);
  });

  it("of a configuration names what is at fault", () => {
    const error = new ConfigError(issues, { cause: "why" });
    expect(error.message).toBe("Invalid configuration: AWS_REGION is required; must not be empty");
    expect(error).toMatchObject({ issues, details: { names: ["AWS_REGION", ""] }, cause: "why" });
  });

  it("of validation begins as it is told, with a code of its own", () => {
    const error = new ValidationError(issues, {
      prefix: "Invalid order",
      code: "shop/order",
      details: { id: 7 },
    });
    expect(error.message).toMatch(/^Invalid order: AWS_REGION is required/);
    expect(error).toMatchObject({ code: "shop/order", details: { id: 7, paths: ["AWS_REGION", ""] } });
  });

  it("of a time-out says what took how long", () => {
    const error = new TimeoutError("The response", 250, { details: { phase: "response" } });
    expect(error.message).toBe("The response took longer than 250 ms");
    expect(error).toMatchObject({ timeoutMs: 250, details: { phase: "response", timeoutMs: 250 } });
  });
});

describe("WirekitError.from", () => {
  it("gives our own errors back as they are", () => {
    const error = new ClosedError("It");
    expect(WirekitError.from(error)).toBe(error);
  });

  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  it.each([
    ["an error", new TypeError("bad"), "bad"],
    [
      "an error without a message but with a code",
      Object.assign(new Error(""), { code: "ECONNREFUSED" }),
      "ECONNREFUSED",
    ],
    ["an error without either", new RangeError(""), "RangeError"],
    ["something like an error", { message: 42 }, "42"],
    ["something like an error without anything", { message: "" }, "an error without a message was thrown"],
    ["a text", "oops", "a value that is no error was thrown: oops"],
    ["nothing", undefined, "a value that is no error was thrown: undefined"],
    ["a symbol", Symbol("s"), "a value that is no error was thrown: Symbol(s)"],
    [
      "something that cannot be shown",
      Object.create(null),
      "a value that is no error, and cannot be shown, was thrown",
    ],
    [
      "something that cannot be looked at",
      revoked,
      "a value that is no error, and cannot be shown, was thrown",
    ],
  ])("makes one of %s, with it as the cause", (_, thrown, message) => {
    const error = WirekitError.from(thrown);
    expect(error.message).toBe(message);
    expect({ code: error.code, retryable: error.retryable }).toEqual({
      code: "wirekit/unknown",
      retryable: false,
    });
    expect(error.cause === thrown).toBe(true);
  });

  it("is not confused by what it is asked about", () => {
    expect(messageOf(new Error("m"))).toBe("m");
    expect(revoked instanceof WirekitError).toBe(false);
  });
});

describe("issues", () => {
  it("are described in one line", () => {
    expect(describeIssues(issues)).toBe("AWS_REGION is required; must not be empty");
  });

  it.each([
    ["", "a", "a"],
    ["a", "b", "a.b"],
    ["a", 2, "a[2]"],
    ["", 0, "[0]"],
    ["a", "odd key", 'a["odd key"]'],
    ["", "x-y", '["x-y"]'],
    ["a", "", 'a[""]'],
    ["a", '"', 'a["\\""]'],
  ])("name the member of %p called %p as %s", (parent, key, path) => {
    expect(memberPath(parent, key)).toBe(path);
  });
});
