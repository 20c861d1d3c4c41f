import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { excerpt, redactText } from "./redact-text.ts";

describe("redactText", () => {
  it("cuts a secret out wherever it stands", () => {
    expect(redactText("hunter22 and hunter22!", { secrets: ["hunter22"] })).toBe(
      "[redacted] and [redacted]!",
    );
  });

  it("gives a text without secrets back as it is", () => {
    expect(redactText("nothing here")).toBe("nothing here");
    expect(redactText("nothing here", { secrets: ["hunter22", undefined, ""] })).toBe("nothing here");
  });

  it("leaves secrets of less than four characters alone, which stand in every text", () => {
    expect(redactText("abc", { secrets: ["abc"] })).toBe("abc");
    expect(redactText("abcd", { secrets: ["abcd"] })).toBe("[redacted]");
  });

  it("leaves nothing of secrets that contain each other or overlap", () => {
    expect(redactText("see passphrase", { secrets: ["pass", "passphrase"] })).toBe("see [redacted]");
    expect(redactText("abcdefghi", { secrets: ["abcdef", "defghi"] })).toBe("[redacted]");
    expect(redactText("aaaaaa", { secrets: ["aaaa"] })).toBe("[redacted]");
  });

  it("can be given a secret that is no well-formed text", () => {
    expect(redactText("\uD800abc!", { secrets: ["\uD800abc"] })).toBe("[redacted]!");
  });

  it("leaves no secret in any text, and the rest as it was", () => {
    const secret = fc.string({ minLength: 4, maxLength: 12 }).filter((text) => !/[[\]redact]/.test(text));
    const rest = fc.string({ maxLength: 10 }).filter((text) => !/[[\]]/.test(text));
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.array(rest, { minLength: 2 }),
        (secrets, rests) => {
          const text = rests.reduce((whole, part, index) => whole + secrets[index % secrets.length] + part);
          const shown = redactText(text, { secrets });
          for (const known of secrets) expect(shown).not.toContain(known);
        },
      ),
    );
  });
});

describe("excerpt", () => {
  it("gives a short text whole", () => {
    expect(excerpt("short", 5)).toBe("short");
  });

  it("cuts a long text, and says how much was left off", () => {
    expect(excerpt("0123456789", 4)).toBe("0123... (6 more characters)");
  });

  it("shows no part of a secret that straddles the cut", () => {
    const secrets = ["hunter22"];
    expect(excerpt("key hunter22 and more", 8, { secrets })).toBe("key ... (17 more characters)");
    expect(excerpt("a longer key hunter22 and more", 16, { secrets })).toBe(
      "a longer key ... (17 more characters)",
    );
    expect(excerpt("hunter22 and more", 12, { secrets })).toBe("[redacted] a... (7 more characters)");
  });

  it.each([
    ["after its first characters", 4],
    ["within an escape", 21],
    ["long before its end", 1500],
  ])("shows no part of a secret that goes on behind what is looked at, cut %s", (_name, length) => {
    const secret = "<secret>".repeat(1000);
    const text = `see ${JSON.stringify(secret).replaceAll("<", "\\u003c")}`;
    expect(excerpt(text, length, { secrets: [secret] })).toMatch(/^see ("(\[redacted\])?)?\.\.\. /);
  });

  it("does not cut a character in two", () => {
    expect(excerpt("ab😀cd", 3)).toBe("ab... (4 more characters)");
    expect(excerpt("ab😀cd", 4)).toBe("ab😀... (2 more characters)");
  });
});
