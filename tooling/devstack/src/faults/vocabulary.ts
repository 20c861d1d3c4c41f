import type { FaultTarget } from "./fault.ts";
import {
  callable,
  check,
  duration,
  isObject,
  oneOf,
  optional,
  type Rule,
  type Rules,
  shown,
  times,
} from "./rules.ts";

/** What can be said of a request after `on`. */
export interface OnMember<Request> {
  readonly rule: Rule;
  /** Whether the head of a request says it, or only the rest. */
  readonly known: "by-head" | "by-body";
  matches(request: Request, value: unknown): boolean;
}

/** The words that a server knows: its faults, and what they can strike. */
export interface Vocabulary<Kind extends string, On, Request> {
  /** The members of each kind of fault. */
  readonly faults: Readonly<Record<Kind, Rules>>;
  readonly on: { readonly [Name in keyof Exclude<On, string>]-?: OnMember<Request> };
  /** The member of `on` that a bare text stands for. */
  readonly shortFor: keyof Exclude<On, string> & string;
  /** What cannot go together, in the words of an error that follow `target.on`. */
  findOnFault?(on: Exclude<On, string>): string | undefined;
}

const moment = oneOf(["read", "apply", "answer"]);

/** The rules of the faults that every server knows. */
export const commonFaults = {
  hold: { before: moment, forMs: optional(duration) },
  reset: { before: moment },
  close: { before: moment },
} satisfies Record<string, Rules>;

/** The rules of a fault of the kind `error`, whose code is named by `code`. */
export function errorRules(code: Rule): Rules {
  return { code, before: optional(oneOf(["apply", "answer"])) };
}

/** A target that was checked, its `on` with every member in its place. */
export interface ReadTarget<Request> {
  readonly times: number;
  readonly known: "by-head" | "by-body";
  matches(request: Request): boolean;
}

/** @throws TypeError that names what is unknown or wrong. */
export function checkFault(fault: unknown, path: string, faults: Readonly<Record<string, Rules>>): void {
  if (!isObject(fault)) throw new TypeError(`${path} must be an object, not ${shown(fault)}`);
  const { kind, ...members } = fault;
  const rules = typeof kind === "string" && Object.hasOwn(faults, kind) ? faults[kind] : undefined;
  if (rules === undefined) {
    const kinds = Object.keys(faults).join(", ");
    throw new TypeError(`${path}.kind ${shown(kind)} does not exist: the kinds are ${kinds}`);
  }
  check(members, `${path} (${kind})`, rules);
}

/** @throws TypeError that names what is unknown or wrong. */
export function readTarget<On, Request>(
  target: FaultTarget<On, Request>,
  vocabulary: Vocabulary<string, On, Request>,
): ReadTarget<Request> {
  check(target, "target", { on: optional(onRule), times: optional(times), when: optional(callable) });
  const members = readOn(target.on, vocabulary);
  const { when } = target;
  return {
    times: target.times ?? 1,
    known: when || members.some(({ known }) => known === "by-body") ? "by-body" : "by-head",
    matches: (request) =>
      members.every(({ matches, value }) => matches(request, value)) &&
      (when === undefined || when(request) === true),
  };
}

/** @throws TypeError when `on` says what only the rest of a request tells. */
export function checkKnownByHead<On, Request>(
  on: On | undefined,
  vocabulary: Vocabulary<string, On, Request>,
): void {
  const unknown = readOn(on, vocabulary).find(({ known }) => known === "by-body");
  if (unknown !== undefined)
    throw new TypeError(`target.on.${unknown.name} is not known before the request is read`);
}

const onRule: Rule = {
  must: "a text or an object",
  presence: "required",
  holds: (value) => typeof value === "string" || isObject(value),
};

function readOn<On, Request>(on: On | undefined, vocabulary: Vocabulary<string, On, Request>) {
  if (on === undefined) return [];
  const given: Readonly<Record<string, unknown>> = isObject(on) ? on : { [vocabulary.shortFor]: on };
  const known: Readonly<Record<string, OnMember<Request>>> = vocabulary.on;
  const rules = Object.entries(known).map(([name, { rule }]) => [name, optional(rule)] as const);
  check(given, "target.on", Object.fromEntries(rules));
  const fault = vocabulary.findOnFault?.(given as Exclude<On, string>);
  if (fault !== undefined) throw new TypeError(`target.on${fault}`);
  return Object.entries(known).flatMap(([name, member]) =>
    given[name] === undefined ? [] : [{ ...member, name, value: given[name] }],
  );
}
