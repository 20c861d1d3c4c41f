import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { redactError } from "./redact-error.ts";

const secrets = ["hunter22"];
const shown = (error: unknown) => inspect(error, { depth: 20, showHidden: true });

describe("the copy of an error", () => {
  it("has its name, code, message, stack and causes, without the secrets", () => {
    const root = Object.assign(new Error("root hunter22"), { code: "ECONNREFUSED", syscall: "connect" });
    const cause = new AggregateError([root, new Error("other hunter22")], "middle hunter22", { cause: root });
    const copy = redactError(new TypeError("outer hunter22", { cause }), { secrets });
    expect(copy).toMatchObject({
      name: "TypeError",
      message: "outer [redacted]",
      stack: expect.stringContaining("TypeError: outer [redacted]\n"),
      cause: {
        message: "middle [redacted]",
        cause: { message: "root [redacted]", code: "ECONNREFUSED", syscall: "connect" },
        errors: [{ message: "root [redacted]" }, { message: "other [redacted]" }],
      },
    });
    expect(shown(copy)).not.toContain("hunter22");
  });

  it("has nothing else that hangs on it", () => {
    const error = Object.assign(new Error("no"), { request: { token: "hunter22" } });
    expect(shown(redactError(error, {}))).not.toContain("hunter22");
  });

  it("has what else is to be removed removed", () => {
    const error = new Error("a b", { cause: new Error("c b") });
    const copy = redactError(error, { clean: (text) => text.replaceAll("b", "x") });
    expect(copy).toMatchObject({ message: "a x", cause: { message: "c x" } });
  });

  it.each<[string, unknown]>([
    ["a text", "hunter22"],
    ["nothing", undefined],
    [
      "an object that throws",
      {
        get cause() {
          throw new Error("hunter22");
        },
      },
    ],
    [
      "a cycle",
      Object.assign(new Error("hunter22"), {
        get cause() {
          return this;
        },
      }),
    ],
    ["a very long text", new Error("hunter22".repeat(200_000))],
  ])("is made of %s as well", (_name, thrown) => {
    const copy = redactError(thrown, { secrets });
    expect(shown(copy)).not.toContain("hunter22");
    expect(copy.message.length).toBeLessThan(30_000);
  });
});
