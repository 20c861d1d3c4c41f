import { beforeAll, describe, expect, it, jest } from "@jest/globals";

type Core = typeof import("../index.ts");

// A program holds two copies of core when it loads one package as ESM and another as CommonJS, or two
// versions of core.
let one: Core;
let other: Core;

beforeAll(async () => {
  one = await import("../index.ts");
  jest.resetModules();
  other = await import("../index.ts");
});

describe("of two copies of core", () => {
  it("each has classes of its own", () => {
    expect(one.WirekitError).not.toBe(other.WirekitError);
    expect(Object.prototype.isPrototypeOf.call(one.WirekitError.prototype, new other.ClosedError("It"))).toBe(
      false,
    );
  });

  it("each recognises the errors of the other, by class", () => {
    for (const [ours, theirs] of [
      [one, other],
      [other, one],
    ] as const) {
      const error = new ours.TimeoutError("The response", 5);
      expect(error).toBeInstanceOf(theirs.TimeoutError);
      expect(error).toBeInstanceOf(theirs.WirekitError);
      expect(error).not.toBeInstanceOf(theirs.ClosedError);
      expect(theirs.WirekitError.from(error)).toBe(error);
    }
  });

  it("each recognises a subclass with a mark of its own, as that class and as its parents", () => {
    class Refused extends one.RejectedError<"test/refused"> {
      static override readonly mark: string = "@wirekit/test/Refused";
    }
    class RefusedToo extends other.RejectedError<"test/refused"> {
      static override readonly mark: string = "@wirekit/test/Refused";
    }
    const error = new Refused("no", { code: "test/refused" });
    expect(error).toBeInstanceOf(RefusedToo);
    expect(error).toBeInstanceOf(other.RejectedError);
    expect(new one.RejectedError("no", { code: "test/no" })).not.toBeInstanceOf(RefusedToo);
  });

  it("each recognises a subclass without a mark as its parents, and the class itself by its prototype chain", () => {
    class Unmarked extends one.TimeoutError {}
    class UnmarkedToo extends other.TimeoutError {}
    class Deeper extends Unmarked {}
    const error = new Unmarked("The response", 5);
    expect(error).toBeInstanceOf(Unmarked);
    expect(new Deeper("The response", 5)).toBeInstanceOf(Unmarked);
    expect(error).toBeInstanceOf(one.TimeoutError);
    expect(error).toBeInstanceOf(other.TimeoutError);
    expect(error).not.toBeInstanceOf(UnmarkedToo);
    expect(error).not.toBeInstanceOf(Deeper);
    expect(new one.TimeoutError("The response", 5)).not.toBeInstanceOf(Unmarked);
    expect(error.name).toBe("TimeoutError");
  });

  it("nothing else is taken for an error of either", () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [undefined, null, 1, "x", {}, new Error("x"), { name: "TimeoutError" }, revoked]) {
      expect([value instanceof one.WirekitError, value instanceof other.WirekitError]).toEqual([
        false,
        false,
      ]);
    }
  });
});
