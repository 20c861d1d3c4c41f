import { expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import * as z from "zod";
import { SubscriptionNotFoundError } from "../errors.ts";
import { defineEvent } from "../events/define-event.ts";
import { SubscriptionRegistry } from "./subscriptions.ts";

const schema = z.object({ type: z.string() });
const created = defineEvent({
  topic: "users",
  schema,
  discriminator: { field: "meta.type", value: "created" },
});
const deleted = defineEvent({
  topic: "users",
  schema,
  discriminator: { attribute: "event_type", value: "deleted" },
});
const handle = () => {};

it("tells the types of a topic apart by field or attribute", () => {
  const registry = new SubscriptionRegistry()
    .subscribe("users", created, handle)
    .subscribe("users", deleted, handle);
  const found = (json: unknown, attributes = {}) =>
    registry.find("users", { json, attributes }).discriminator?.value;
  expect(found({ meta: { type: "created" } })).toBe("created");
  expect(found({}, { event_type: "deleted" })).toBe("deleted");
  expect(registry.topics).toEqual(["users"]);
});

it.each([
  [{ meta: { type: "renamed" } }],
  [null],
  ["created"],
  [{ meta: null }],
  [{ constructor: "created" }],
])("finds nobody for %j", (json) => {
  const registry = new SubscriptionRegistry().subscribe("users", created, handle);
  expect(() => registry.find("users", { json, attributes: {} })).toThrow(SubscriptionNotFoundError);
});

it("says which types there are subscriptions for, and not what was received", () => {
  const registry = new SubscriptionRegistry().subscribe("users", created, handle);
  const find = () => registry.find("users", { json: { secret: "hunter22" }, attributes: {} });
  expect(find).toThrow(
    expect.objectContaining({ details: { topic: "users", types: ["created"] }, retryable: false }),
  );
  expect(() => registry.find("orders", { json: {}, attributes: {} })).toThrow(SubscriptionNotFoundError);
});

it("gives a plain schema what no other subscription is for", () => {
  const registry = new SubscriptionRegistry()
    .subscribe("users", schema, handle)
    .subscribe("users", created, handle);
  expect(registry.find("users", { json: {}, attributes: {} }).discriminator).toBeUndefined();
  expect(
    registry.find("users", { json: { meta: { type: "created" } }, attributes: {} }).discriminator,
  ).toBeDefined();
});

it("refuses a second subscription for one type", () => {
  const registry = new SubscriptionRegistry()
    .subscribe("users", schema, handle)
    .subscribe("users", created, handle);
  expect(() => registry.subscribe("users", created, handle)).toThrow(ConfigError);
  expect(() => registry.subscribe("users", schema, handle)).toThrow("any type");
  registry.subscribe("users", deleted, handle).subscribe("orders", created, handle);
});
