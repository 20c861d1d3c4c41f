import { ConfigError } from "@wirekit/core";
import { Faults, maxTimerMs, option, readOptions } from "@wirekit/core/kit";
import { findSchemaFault } from "../events/define-event.ts";
import type { PublishOptions } from "./publish-options.ts";

const topicRule = option.text({ presence: "required" });

/**
 * Checks where a publish is to go, before there is a publish that could be told of.
 *
 * @throws ConfigError naming what is missing.
 */
export function checkTarget(target: unknown): void {
  const faults = new Faults();
  if ((typeof target !== "object" && typeof target !== "function") || target === null) {
    faults.add({ path: "target", message: "must be { topic, schema }" });
  } else {
    const { topic, schema } = target as Partial<Record<string, unknown>>;
    topicRule(topic, "target.topic", faults);
    const message = findSchemaFault(schema);
    if (message !== undefined) faults.add({ path: "target.schema", message });
  }
  faults.throwIfAny();
}

const isLegible = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const waitRules = {
  signal: option.signal(),
  timeoutMs: option.durationMs({ minimum: 0, unlimited: "allowed" }),
};

const rules = {
  attributes: option.custom<object>((value) => (isLegible(value) ? undefined : "must map names to values")),
  // Checked with the message, which they are a part of.
  subject: option.unchecked<unknown>(),
  groupId: option.unchecked<unknown>(),
  deduplicationId: option.unchecked<unknown>(),
  ...waitRules,
};

/**
 * Checks what a message is published with, at little cost for what is usual, because every publish comes by
 * here.
 *
 * @throws ConfigError naming every option at fault.
 */
export function checkPublishOptions(options: PublishOptions): void {
  if (isUsual(options)) return;
  const faults = new Faults();
  readOptions(options, rules, faults);
  faults.throwIfAny();
}

/** The same for what all messages of a batch are published with. */
export function checkBatchOptions(options: unknown): void {
  const faults = new Faults();
  readOptions(options, waitRules, faults);
  faults.throwIfAny();
}

/** @throws ConfigError unless it is a list. */
export function checkList(events: unknown): void {
  if (!Array.isArray(events)) throw new ConfigError([{ path: "events", message: "must be a list" }]);
}

const names: ReadonlySet<string> = new Set(Object.keys(rules));

function isUsual(options: unknown): boolean {
  if (!isLegible(options)) return false;
  for (const name in options) if (!names.has(name)) return false;
  const { attributes, timeoutMs, signal } = options as Partial<Record<string, unknown>>;
  if (attributes !== undefined && !isLegible(attributes)) return false;
  if (signal !== undefined && !(signal instanceof AbortSignal)) return false;
  return (
    timeoutMs === undefined || (typeof timeoutMs === "number" && timeoutMs >= 0 && timeoutMs <= maxTimerMs)
  );
}
