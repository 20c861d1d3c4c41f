import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../errors/config-error.ts";
import { env, readEnv } from "./read-env.ts";

function issuesOf(read: () => unknown): unknown {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.issues;
    throw thrown;
  }
  return [];
}

describe("readEnv", () => {
  it("gives the parsed values under the names of our own", () => {
    const values = readEnv(
      { APP_URL: "https://x.test/a", APP_RETRIES: "3" },
      {
        url: { name: "APP_URL", parse: env.url, required: true },
        retries: { name: "APP_RETRIES", parse: env.wholeNumber(0), fallback: 1 },
        region: { name: "APP_REGION", parse: env.text, fallback: "eu" },
        note: { name: "APP_NOTE", parse: env.text },
      },
    );
    // Each has the type that its variable gives it.
    const typed: { url: string; retries: number; region: string; note: string | undefined } = values;
    expect(typed).toEqual({ url: "https://x.test/a", retries: 3, region: "eu", note: undefined });
  });

  it("names every variable at fault in one error", () => {
    const read = () =>
      readEnv(
        { APP_RETRIES: "many", APP_MODE: "loud" },
        {
          url: { name: "APP_URL", parse: env.url, required: true },
          retries: { name: "APP_RETRIES", parse: env.wholeNumber(1) },
          mode: { name: "APP_MODE", parse: env.oneOf("quiet", "normal"), fallback: "normal" },
        },
      );
    expect(issuesOf(read)).toEqual([
      { path: "APP_URL", message: "is required" },
      { path: "APP_RETRIES", message: "must be a whole number of at least 1" },
      { path: "APP_MODE", message: 'must be "quiet" or "normal"' },
    ]);
    expect(read).toThrow("Invalid configuration: APP_URL is required; APP_RETRIES must be");
  });

  it.each(["", "  ", "\t"])("takes a variable that is set to %p as not set", (text) => {
    const variables = { name: { name: "APP_NAME", parse: env.text, required: true } } as const;
    expect(issuesOf(() => readEnv({ APP_NAME: text }, variables))).toEqual([
      { path: "APP_NAME", message: "is required" },
    ]);
    const optional = { name: { name: "APP_NAME", parse: env.text, fallback: "none" } };
    expect(readEnv({ APP_NAME: text }, optional)).toEqual({ name: "none" });
  });

  it("gives a value without the blanks around it", () => {
    expect(readEnv({ A: "  x y " }, { a: { name: "A", parse: env.text } })).toEqual({ a: "x y" });
  });

  it("never shows a value, neither of the runtime's own errors nor of a careless parser's", () => {
    const secret = "hunter22hunter22";
    const careless = (text: string): never => {
      throw new Error(`must not be ${text}`);
    };
    const variables = {
      json: { name: "A", parse: (text: string): unknown => JSON.parse(text) },
      url: { name: "B", parse: (text: string) => new URL(text) },
      own: { name: "C", parse: careless },
      thrown: {
        name: "D",
        parse: (text: string): never => {
          throw text;
        },
      },
    };
    const environment = { A: secret, B: secret, C: secret, D: secret };
    expect(issuesOf(() => readEnv(environment, variables))).toEqual([
      { path: "A", message: "has a value that cannot be read" },
      { path: "B", message: "has a value that cannot be read" },
      { path: "C", message: "must not be [redacted]" },
      { path: "D", message: "has a value that cannot be read" },
    ]);
  });
});

describe("the parsers", () => {
  it.each(["http://x.test", "https://x.test:8443/a?b=c"])("take %s for a URL", (text) => {
    expect(env.url(text)).toBe(text);
  });

  it.each(["x.test", "ftp://x.test", "javascript:alert(1)", "https://"])("do not take %s for one", (text) => {
    expect(() => env.url(text)).toThrow("must be an http(s) URL");
  });

  it.each(["0", "-1", "1.5", "1e3", "0x10", "99999999999999999999", "١"])(
    "do not take %s for a whole number above 0",
    (text) => {
      expect(() => env.wholeNumber(1)(text)).toThrow("must be a whole number of at least 1");
    },
  );

  it.each([
    ["30", 30_000],
    ["0.5", 500],
    ["1.1", 1_100],
    ["0.001", 1],
  ])("take %s seconds for %d milliseconds", (text, expected) => {
    expect(env.secondsAsMs(text)).toBe(expected);
  });

  it.each(["0", "-1", "0.0001", "ten", "1e3", "Infinity", "9".repeat(400)])(
    "do not take %s for seconds",
    (text) => {
      expect(() => env.secondsAsMs(text)).toThrow("must be a number of seconds above 0");
    },
  );

  it("take one of the words that are allowed, exactly as written", () => {
    const parse = env.oneOf("instant", "later");
    const value: "instant" | "later" = parse("instant");
    expect(value).toBe("instant");
    expect(() => parse("Instant")).toThrow('must be "instant" or "later"');
  });
});
