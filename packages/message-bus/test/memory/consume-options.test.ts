import { expect, it } from "@jest/globals";
import { ConfigError, silentLogger } from "@wirekit/core";
import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import { MemoryMessageBus } from "../../src/index.ts";

const numbers = [Number.NaN, -1, Number.NEGATIVE_INFINITY, "1", null, {}, [], true];
const wrong = {
  whole: [...numbers, 1.5, 2 ** 53],
  durationMs: [...numbers, 2 ** 31],
  text: ["", " ", null, 1, {}],
  word: ["", "other", null, 1],
  function: [null, 1, "f", {}],
  methods: [null, 1, "x", {}],
  group: [null, 1, "x", [], () => undefined],
} as const;

const good = {
  target: "orders",
  retry: {},
  deadLetter: { target: "orders-dead" },
  idempotency: { store: new MemoryIdempotencyStore() },
};

/** The good options, with another value at a path. */
function withOption(path: string, value: unknown): object {
  const [name = "", member] = path.split(".");
  const given = (good as Record<string, unknown>)[name];
  return { ...good, [name]: member === undefined ? value : { ...(given as object), [member]: value } };
}

// What all buses check alike: see `startConsumer`.
const bus = new MemoryMessageBus({ logger: silentLogger });

function issuesOf(options: unknown, handler: unknown = () => undefined): string[] {
  try {
    void bus.consume(options as never, handler as never).close();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.issues.map(({ path }) => path);
    throw thrown;
  }
  return [];
}

it.each<[string, keyof typeof wrong]>([
  ["target", "text"],
  ["groupId", "text"],
  ["concurrency", "whole"],
  ["handlerTimeoutMs", "durationMs"],
  ["abandonAfterMs", "durationMs"],
  ["visibilityTimeoutMs", "durationMs"],
  ["unknownKinds", "word"],
  ["retry", "group"],
  ["retry.maxAttempts", "whole"],
  ["retry.baseDelayMs", "durationMs"],
  ["retry.maxDelayMs", "durationMs"],
  ["deadLetter", "group"],
  ["deadLetter.target", "text"],
  ["classify", "function"],
  ["idempotency", "group"],
  ["idempotency.store", "methods"],
  ["idempotency.claimTtlMs", "durationMs"],
  ["idempotency.resultTtlMs", "durationMs"],
  ["onProcessed", "function"],
])("consume refuses a wrong %s by name, whatever it is", (path, kind) => {
  for (const value of wrong[kind]) {
    const issues = new Set(issuesOf(withOption(path, value)));
    expect({ value, issues: [...issues] }).toEqual({ value, issues: [path] });
  }
});

it.each<[string, unknown, string]>([
  ["an idempotency without a store", { ...good, idempotency: {} }, "idempotency.store"],
  ["a place for dead letters that has no name", { ...good, deadLetter: { target: "" } }, "deadLetter.target"],
  ["a place for dead letters that is none", { ...good, deadLetter: {} }, "deadLetter"],
  [
    "the target itself as a place for dead letters",
    { ...good, deadLetter: { target: "orders" } },
    "deadLetter.target",
  ],
  ["a misspelt option", { ...good, concurency: 3 }, "concurency"],
  ["a misspelt member", { ...good, retry: { maxAttemps: 3 } }, "retry.maxAttemps"],
  ["no target", {}, "target"],
])("consume refuses %s by name", (_, options, path) => {
  expect(issuesOf(options)).toEqual([path]);
});

it("consume refuses what is no handler, and what are no options", () => {
  expect(issuesOf(good)).toEqual([]);
  for (const handler of [null, 1, {}]) expect(issuesOf(good, handler)).toEqual(["handler"]);
  expect(() => bus.consume(good as never, undefined as never)).toThrow("handler must be a function");
  for (const options of [null, undefined, 1, "orders", []]) expect(issuesOf(options)).toContain("options");
});
