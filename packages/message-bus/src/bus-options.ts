import type { WaitOptions } from "@wirekit/core";
import { Faults, maxTimerMs, option, readOptions } from "@wirekit/core/kit";
import type { SendOptions } from "./message-bus.ts";

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
  signal: option.methods<AbortSignal>(["throwIfAborted", "addEventListener"]),
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
  const target = option.custom<string, { presence: "required" }>(findTargetFault, { presence: "required" });
  readOptions(options, { target, key: keyRule, ...waitRules }, faults);
  faults.throwIfAny();
}

const sendOptionNames: ReadonlySet<string> = new Set(["target", "key", "signal", "timeoutMs"]);

function isUsual(options: unknown): boolean {
  if (typeof options !== "object" || options === null) return false;
  for (const name in options) if (!sendOptionNames.has(name)) return false;
  const { key, timeoutMs, signal } = options as Partial<Record<keyof SendOptions, unknown>>;
  if (key !== undefined && typeof key !== "string") return false;
  if (signal !== undefined && !(signal instanceof AbortSignal)) return false;
  return (
    timeoutMs === undefined || (typeof timeoutMs === "number" && timeoutMs >= 0 && timeoutMs <= maxTimerMs)
  );
}

/** An empty key counts as no key, as on every client of the bus. */
const keyRule = option.custom<string>((key) => (typeof key === "string" ? undefined : "must be a text"));
