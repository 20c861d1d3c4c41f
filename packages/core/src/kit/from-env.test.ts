import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "../errors/config-error.ts";
import { Faults } from "./faults.ts";
import { makeFromEnv } from "./from-env.ts";
import { option } from "./option-rules.ts";
import { type Env, env as parse } from "./read-env.ts";
import { readOptions } from "./read-options.ts";

interface Options {
  readonly url: string;
  readonly retries?: number | undefined;
  readonly credentials?: { readonly id: string; readonly secret: string } | undefined;
  readonly colour?: string | undefined;
}

const variables = {
  url: { name: "APP_URL", parse: parse.url },
  retries: { name: "APP_RETRIES", parse: parse.wholeNumber(0) },
  "credentials.id": { name: "APP_ID", parse: parse.text },
  "credentials.secret": { name: "APP_SECRET", parse: parse.text },
};

const text = option.text({ presence: "required" });
const rules = {
  url: option.text({ presence: "required", pattern: /^https:/, expected: "must begin with https:" }),
  retries: option.whole({ minimum: 0, maximum: 9, default: 3 }),
  credentials: option.optionalGroup({ id: text, secret: text }),
  colour: option.oneOf(["red", "blue"]),
};

/** As a class with these options reads them. */
function make(env: Env, overrides: Partial<Options> = {}) {
  return makeFromEnv<Options, object>({ variables, env, overrides }, (options) => {
    const faults = new Faults();
    const read = readOptions(options, rules, faults);
    faults.throwIfAny();
    return read;
  });
}

function faultsOf(env: Env, overrides: Partial<Options> = {}): string[] {
  try {
    make(env, overrides);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.issues.map(({ path, message }) => `${path} ${message}`);
    throw thrown;
  }
  return [];
}

const enough = { APP_URL: "https://x.test" };

describe("makeFromEnv", () => {
  it("reads options, and members of options, from their variables", () => {
    expect(make({ ...enough, APP_RETRIES: "5", APP_ID: "me", APP_SECRET: "s" })).toEqual({
      url: "https://x.test",
      retries: 5,
      credentials: { id: "me", secret: "s" },
      colour: undefined,
    });
  });

  it.each(["", "  ", "\t", undefined])("takes a variable that is %p for one that is not set", (blank) => {
    expect(make({ ...enough, APP_RETRIES: blank, APP_ID: blank, APP_SECRET: blank })).toMatchObject({
      retries: 3,
      credentials: undefined,
    });
    expect(faultsOf({ APP_URL: blank })).toEqual(["APP_URL (or the option url) is required"]);
  });

  it("prefers what is given, and does not look at its variable", () => {
    const wrong = { APP_URL: "no url", APP_RETRIES: "many" };
    expect(make(wrong, { url: "https://y.test", retries: 1, colour: "red" })).toMatchObject({
      url: "https://y.test",
      retries: 1,
      colour: "red",
    });
  });

  it("takes an override that is undefined for one that is not given", () => {
    expect(
      make({ ...enough, APP_RETRIES: "5" }, { url: undefined as never, retries: undefined }),
    ).toMatchObject({
      url: "https://x.test",
      retries: 5,
    });
  });

  it("reads no variable of a group that is given: a key never goes with a secret from elsewhere", () => {
    const env = { ...enough, APP_ID: "theirs", APP_SECRET: "theirs" };
    expect(make(env, { credentials: { id: "mine", secret: "mine" } })).toMatchObject({
      credentials: { id: "mine", secret: "mine" },
    });
    const partial = { credentials: { id: "mine" } as never };
    expect(faultsOf(env, partial)).toEqual(["credentials.secret is required"]);
  });

  it("names a variable that cannot be read once, by its own name", () => {
    expect(faultsOf({ APP_URL: "no url" })).toEqual(["APP_URL must be an http(s) URL"]);
    expect(faultsOf({ ...enough, APP_RETRIES: "many" })).toEqual([
      "APP_RETRIES must be a whole number of at least 0",
    ]);
  });

  it("names a fault of what could come from a variable by the variable", () => {
    expect(faultsOf({ APP_URL: "http://x.test", APP_RETRIES: "10", APP_ID: "me" })).toEqual([
      "APP_URL (or the option url) must begin with https:",
      "APP_RETRIES (or the option retries) must be a whole number of at least 0 and at most 9",
      "APP_SECRET (or the option credentials.secret) is required",
    ]);
  });

  it("names every fault at once: of variables, of overrides, and of options that there are not", () => {
    expect(faultsOf({ APP_RETRIES: "many" }, { colour: "green", color: "red" } as object)).toEqual([
      "APP_RETRIES must be a whole number of at least 0",
      "color is not an option; did you mean colour?",
      "APP_URL (or the option url) is required",
      'colour must be "red" or "blue"',
    ]);
  });

  it("names an override that is null by its own name", () => {
    expect(faultsOf(enough, { url: null as never })).toEqual(["url must begin with https:"]);
  });

  it("shows no value", () => {
    const secret = "hunter2-hunter2";
    const all = Object.fromEntries(Object.values(variables).map(({ name }) => [name, secret]));
    expect(faultsOf(all, { colour: secret }).join()).not.toContain(secret);
  });

  it("lets another error than one of the configuration pass", () => {
    const failing = () => {
      throw new RangeError("a bug");
    };
    expect(() => makeFromEnv({ variables, env: {}, overrides: {} }, failing)).toThrow(RangeError);
  });
});
