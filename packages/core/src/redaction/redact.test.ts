import { describe, expect, it } from "@jest/globals";
import { redact } from "./redact.ts";
import { isSecretName } from "./secret-names.ts";

describe("a name", () => {
  it.each([
    "password",
    "AWS_SECRET_ACCESS_KEY",
    "secretAccessKey",
    "Authorization",
    "proxy-authorization",
    "X-Amz-Security-Token",
    "x-api-key",
    "apiKeys",
    "Set-Cookie",
    "cookies",
    "userPasswords",
    "webhook secret",
    "private_key",
    "credentials",
    "serviceToken",
    "passphrase",
  ])("such as %s is secret", (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each(["accessKeyId", "partitionKey", "idempotencyKey", "tokenizer", "name", "", "secretary", "key"])(
    "such as %p is not",
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );
});

describe("redact", () => {
  it("replaces what stands under a secret name, at any depth", () => {
    const value = { user: "u", password: "p", nested: [{ apiKey: { raw: 1 }, plain: true }] };
    expect(redact(value)).toEqual({
      user: "u",
      password: "[redacted]",
      nested: [{ apiKey: "[redacted]", plain: true }],
    });
  });

  it("never changes what it is given", () => {
    const value = { password: "p", list: [{ token: "t" }] };
    redact(value, { secrets: ["p"] });
    expect(value).toEqual({ password: "p", list: [{ token: "t" }] });
  });

  it("cuts known secrets out of texts, also out of names", () => {
    const options = { secrets: ["hunter22", undefined] };
    expect(redact({ url: "https://x/?k=hunter22", hunter22: ["hunter22"] }, options)).toEqual({
      url: "https://x/?k=[redacted]",
      "[redacted]": ["[redacted]"],
    });
  });

  it("knows headers that are a list of pairs, and maps", () => {
    expect(
      redact([
        ["Authorization", "Bearer abc"],
        ["accept", "x"],
      ]),
    ).toEqual([
      ["Authorization", "[redacted]"],
      ["accept", "x"],
    ]);
    expect(
      redact(
        new Map<unknown, unknown>([
          ["token", "abc"],
          [1, "one"],
        ]),
      ),
    ).toEqual({
      token: "[redacted]",
      1: "one",
    });
  });

  it("leaves plain values, dates and sets as they are", () => {
    const at = new Date(0);
    const symbol = Symbol("s");
    expect(redact([1, 2n, true, null, undefined, symbol, at, new Set(["a"])])).toEqual([
      1,
      2n,
      true,
      null,
      undefined,
      symbol,
      at,
      ["a"],
    ]);
  });

  it("shows functions and bytes as what they are, not what they hold", () => {
    const shown = redact({ run: () => 1, bytes: Buffer.from("secret"), buffer: new ArrayBuffer(3) });
    expect(shown).toEqual({ run: "[function]", bytes: "[6 bytes]", buffer: "[3 bytes]" });
  });

  it("shows what an error says, its cause and its own members", () => {
    const cause = Object.assign(new Error("inner hunter22"), { token: "t" });
    const shown = redact(new TypeError("outer", { cause }), { secrets: ["hunter22"] });
    expect(shown).toMatchObject({
      name: "TypeError",
      message: "outer",
      stack: expect.stringContaining("outer"),
      cause: { message: "inner [redacted]", token: "[redacted]" },
    });
    expect(JSON.stringify(shown)).not.toContain("hunter22");
  });

  it("cuts off cycles and very deep values", () => {
    const cyclic: Record<string, unknown> = { twice: [{}] };
    cyclic.self = cyclic;
    expect(redact(cyclic)).toEqual({ twice: [{}], self: "[circular]" });

    let deep: unknown = "bottom";
    for (let level = 0; level < 50; level += 1) deep = [deep];
    expect(JSON.stringify(redact(deep))).toContain("[too deep]");
  });

  it("shows one object that stands in two places twice", () => {
    const shared = { a: 1 };
    expect(redact([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it("never throws, whatever a value does when it is looked at", () => {
    const hostile = {
      get trap() {
        throw new Error("no");
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(redact({ hostile, proxy })).toEqual({ hostile: "[unreadable]", proxy: "[unreadable]" });
  });

  it("does not let a member named __proto__ become a prototype", () => {
    const shown = redact(JSON.parse('{"__proto__": {"admin": true}}')) as { readonly admin?: boolean };
    expect(shown.admin).toBeUndefined();
  });
});
