import { expect, it } from "@jest/globals";
import { ConfigError } from "../index.ts";
import { createConsumer, MemoryIdempotencyStore, type Source } from "./index.ts";

const numbers = [Number.NaN, -1, Number.NEGATIVE_INFINITY, "1", null, {}, true];
const wrong = {
  whole: [...numbers, 1.5],
  durationMs: [...numbers, 2 ** 31],
  text: ["", " ", null, 1, {}],
  word: ["", "other", null, 1, {}],
  function: [null, 1, "f", {}],
  methods: [null, 1, "x", {}],
  group: [null, 1, "x", [], () => undefined],
} as const;

const source: Source<never> = {
  redelivery: "in-place",
  run: async () => undefined,
  settle: () => undefined,
  release: () => undefined,
};

/** What a consumer has to be given, so that nothing but one option is wrong. */
const good = {
  source,
  decode: () => "",
  retry: {},
  deadLetter: { sink: async () => undefined },
  idempotency: { store: new MemoryIdempotencyStore(), keyOf: () => "" },
};

function issuesOf(options: object, handler: unknown = () => undefined): string[] {
  try {
    void createConsumer(options as never, handler as never).close();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.issues.map(({ path }) => path);
    throw thrown;
  }
  return [];
}

/** The good options, with another value at a path. */
function withOption(path: string, value: unknown): object {
  const [name = "", member] = path.split(".");
  const given = (good as Record<string, unknown>)[name];
  return { ...good, [name]: member === undefined ? value : { ...(given as object), [member]: value } };
}

const options: readonly (readonly [string, keyof typeof wrong])[] = [
  ["source", "methods"],
  ["decode", "function"],
  ["concurrency", "whole"],
  ["capacity", "whole"],
  ["handlerTimeoutMs", "durationMs"],
  ["abandonAfterMs", "durationMs"],
  ["retry", "group"],
  ["retry.maxAttempts", "whole"],
  ["retry.baseDelayMs", "durationMs"],
  ["retry.maxDelayMs", "durationMs"],
  ["deadLetter", "group"],
  ["deadLetter.sink", "function"],
  ["deadLetter.timeoutMs", "durationMs"],
  ["deadLetter.place", "text"],
  ["whenInvalid", "word"],
  ["classify", "function"],
  ["idempotency", "group"],
  ["idempotency.store", "methods"],
  ["idempotency.keyOf", "function"],
  ["idempotency.claimTtlMs", "durationMs"],
  ["idempotency.resultTtlMs", "durationMs"],
  ["idempotency.storeTimeoutMs", "durationMs"],
  ["span", "function"],
  ["isSpanOn", "function"],
  ["settleTimeoutMs", "durationMs"],
  ["onProcessed", "function"],
  ["logger", "methods"],
  ["clock", "methods"],
  ["random", "function"],
];

it.each(options)("refuses a wrong %s by name, whatever it is", (path, kind) => {
  for (const value of wrong[kind]) {
    expect({ value, issues: issuesOf(withOption(path, value)) }).toEqual({ value, issues: [path] });
  }
});

it.each(["concurency", "retry.maxAttemps", "deadLetter.sync", "idempotency.keyof"])(
  "refuses the misspelt %s by name",
  (path) => {
    expect(issuesOf(withOption(path, 1))).toEqual([path]);
  },
);

it.each([["deadLetter.sink"], ["idempotency.store"], ["idempotency.keyOf"], ["source"], ["decode"]])(
  "misses %s",
  (path) => {
    expect(issuesOf(withOption(path, undefined))).toEqual([path]);
  },
);

it("refuses what is no handler", () => {
  expect(issuesOf(good)).toEqual([]);
  for (const handler of [null, 1, {}]) expect(issuesOf(good, handler)).toEqual(["handler"]);
  expect(() => createConsumer(good as never, undefined as never)).toThrow("handler must be a function");
});
