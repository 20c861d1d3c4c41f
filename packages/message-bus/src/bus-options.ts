import { ConfigError, type WaitOptions } from "@wirekit/core";
import { Faults, maxTimerMs, option, readOptions } from "@wirekit/core/kit";
import type { SendOptions } from "./message-bus.ts";
import type { TextContent } from "./outgoing.ts";

/** The group that receives the messages of a target if none is named. The original names it so. */
export function defaultGroupId(target: string): string {
  return `${target}_consumer_group`;
}

/**
 * Says what is expected of the name of a queue or topic that a bus cannot take; `undefined` for one that it
 * can.
 */
export type FindTargetFault = (target: unknown) => string | undefined;

/** The rules of what every call that waits can be given. */
export const waitRules = {
  signal: option.signal(),
  timeoutMs: option.durationMs({ minimum: 0, unlimited: "allowed" }),
};

/**
 * The rules of what every bus can be asked to receive. `visibilityTimeoutMs` has a rule of its own on each
 * bus.
 */
export function receiveRules(findTargetFault: FindTargetFault) {
  return {
    target: option.custom<string, { presence: "required" }>(findTargetFault, {
      presence: "required",
    }),
    groupId: option.text(),
    unknownKinds: option.oneOf(["refuse", "pass"]),
    signal: waitRules.signal,
    timeoutMs: option.durationMs({ minimum: 0, default: 1_000 }),
  };
}

/** The rule of a receipt handle; what an empty one stands for, the bus says. */
export const receiptHandleRule = option.custom<string, { presence: "required" }>(
  (handle) => (typeof handle === "string" ? undefined : "must be a text"),
  { presence: "required" },
);

/** @throws ConfigError unless it is something that a bus has received. */
export function checkReceived(received: unknown): void {
  const { target, receiptHandle } = (received ?? {}) as Partial<Record<string, unknown>>;
  if (typeof target === "string" && typeof receiptHandle === "string") return;
  throw new ConfigError([{ path: "received", message: "must be what a bus has received" }]);
}

/** @throws ConfigError naming every option at fault. */
export function checkWaitOptions(options: WaitOptions): void {
  const faults = new Faults();
  readOptions(options, waitRules, faults);
  faults.throwIfAny();
}

/**
 * Checks what a message is sent with, at little cost for what is usual, because every send comes by here.
 *
 * @throws ConfigError naming every option at fault.
 */
export function checkSendOptions(options: SendOptions, findTargetFault: FindTargetFault): void {
  if (isUsual(options) && findTargetFault(options.target) === undefined) return;
  const faults = new Faults();
  readOptions(options, sendRules(findTargetFault), faults);
  faults.throwIfAny();
}

/** The rules of what every bus can be told of a send. */
export function sendRules(findTargetFault: FindTargetFault) {
  const target = option.custom<string, { presence: "required" }>(findTargetFault, { presence: "required" });
  return { target, key: keyRule, ...waitRules };
}

/**
 * Checks a text that is sent as it is, and what goes beside it.
 *
 * @throws ConfigError naming everything at fault.
 */
export function checkText({ text, headers }: TextContent): void {
  const faults = new Faults();
  if (typeof text !== "string") faults.add({ path: "text", message: "must be a text" });
  headersRule(headers, "headers", faults);
  faults.throwIfAny();
}

/** Also empty texts: dead letters take along what came. */
const headersRule = option.custom<Readonly<Record<string, string>>>((headers) => {
  const isMap = typeof headers === "object" && headers !== null && !Array.isArray(headers);
  const isFit = isMap && Object.values(headers).every((value) => typeof value === "string");
  return isFit ? undefined : "must map names to texts";
});

const sendOptionNames: ReadonlySet<string> = new Set(["target", "key", "signal", "timeoutMs"]);

function isUsual(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return false;
  for (const name in options) if (!sendOptionNames.has(name)) return false;
  const { key, timeoutMs, signal } = options as Partial<Record<keyof SendOptions, unknown>>;
  if (key !== undefined && findKeyFault(key) !== undefined) return false;
  if (signal !== undefined && !(signal instanceof AbortSignal)) return false;
  return (
    timeoutMs === undefined || (typeof timeoutMs === "number" && timeoutMs >= 0 && timeoutMs <= maxTimerMs)
  );
}

/** An empty key counts as no key, as on every client of the bus. */
const keyRule = option.custom<string>(findKeyFault);

function findKeyFault(key: unknown): string | undefined {
  if (typeof key !== "string") return "must be a text";
  return loneSurrogate.test(key) ? "must be Unicode, and has half of a surrogate pair" : undefined;
}

/** No encoding carries it: two keys would become one. */
const loneSurrogate = /\p{Surrogate}/u;
