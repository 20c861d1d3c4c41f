import { expect, it } from "@jest/globals";
import { ConfigError, silentLogger } from "@wirekit/core";
import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import * as z from "zod";
import { AwsMessaging } from "../aws-messaging.ts";
import { SubscriptionRegistry } from "./subscriptions.ts";

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

const schema = z.object({});
const good = {
  queue: "orders",
  schema,
  retry: {},
  deadLetter: { queue: "orders-dead" },
  idempotency: { store: new MemoryIdempotencyStore() },
};

/** The good options, with another value at a path. */
function withOption(path: string, value: unknown): object {
  const [name = "", member] = path.split(".");
  const given = (good as Record<string, unknown>)[name];
  return { ...good, [name]: member === undefined ? value : { ...(given as object), [member]: value } };
}

function pathsOf(thrown: unknown): string[] {
  if (thrown instanceof ConfigError) return thrown.issues.map(({ path }) => path);
  throw thrown;
}

const messaging = new AwsMessaging({ regionName: "eu-west-1", logger: silentLogger });

function issuesOf(options: unknown, handler: unknown = () => undefined): string[] {
  try {
    void messaging.consume(options as never, handler as never).close();
  } catch (thrown) {
    return pathsOf(thrown);
  }
  return [];
}

async function issuesOfRun(options: object): Promise<string[]> {
  const subscriptions = new SubscriptionRegistry().subscribe("orders", schema, () => undefined);
  const { queue: _queue, schema: _schema, ...handling } = options as typeof good;
  try {
    await messaging.runConsumer(subscriptions, handling as never);
  } catch (thrown) {
    return pathsOf(thrown);
  }
  return [];
}

const handling: readonly (readonly [string, keyof typeof wrong])[] = [
  ["concurrency", "whole"],
  ["prefetch", "whole"],
  ["handlerTimeoutMs", "durationMs"],
  ["abandonAfterMs", "durationMs"],
  ["visibilityTimeoutMs", "durationMs"],
  ["waitTimeMs", "durationMs"],
  ["maxReceives", "whole"],
  ["receiveSize", "whole"],
  ["settleLingerMs", "durationMs"],
  ["retry", "group"],
  ["retry.maxAttempts", "whole"],
  ["retry.baseDelayMs", "durationMs"],
  ["retry.maxDelayMs", "durationMs"],
  ["deadLetter", "group"],
  ["deadLetter.queue", "text"],
  ["whenInvalid", "word"],
  ["classify", "function"],
  ["idempotency", "group"],
  ["idempotency.store", "methods"],
  ["idempotency.keyOf", "function"],
  ["idempotency.claimTtlMs", "durationMs"],
  ["idempotency.resultTtlMs", "durationMs"],
  ["signal", "methods"],
];
const own: readonly (readonly [string, keyof typeof wrong])[] = [
  ["queue", "text"],
  ["schema", "methods"],
  ["discriminator", "group"],
];

it.each([...handling, ...own])("consume refuses a wrong %s by name, whatever it is", (path, kind) => {
  for (const value of wrong[kind]) {
    const issues = new Set(issuesOf(withOption(path, value)));
    expect({ value, issues: [...issues] }).toEqual({ value, issues: [path] });
  }
});

it.each(handling)("runConsumer refuses a wrong %s by name, before anything is asked", async (path, kind) => {
  for (const value of wrong[kind]) {
    const issues = new Set(await issuesOfRun(withOption(path, value)));
    expect({ value, issues: [...issues] }).toEqual({ value, issues: [path] });
  }
});

it.each<[string, unknown, string]>([
  ["an idempotency without a store", { ...good, idempotency: {} }, "idempotency.store"],
  ["a place for dead letters that has no name", { ...good, deadLetter: { queue: "" } }, "deadLetter.queue"],
  ["a place for dead letters that is none", { ...good, deadLetter: {} }, "deadLetter"],
  ["a misspelt option", { ...good, concurency: 3 }, "concurency"],
  ["a misspelt member", { ...good, retry: { maxAttemps: 3 } }, "retry.maxAttemps"],
  ["neither topic nor queue", { schema }, "topic"],
  ["both topic and queue", { ...good, topic: "orders" }, "topic"],
  ["no schema", { queue: "orders" }, "schema"],
])("consume refuses %s by name", (_, options, path) => {
  expect(issuesOf(options)).toEqual([path]);
});

it("consume refuses what is no handler, and what are no options", () => {
  expect(issuesOf(good)).toEqual([]);
  for (const handler of [null, 1, {}]) expect(issuesOf(good, handler)).toEqual(["handler"]);
  expect(() => messaging.consume(good as never, undefined as never)).toThrow("handler must be a function");
  for (const options of [null, undefined, 1, "orders", []]) expect(issuesOf(options)).toContain("options");
});
