import { type Clock, type Random, systemClock } from "../clock.ts";
import { type Issue, memberPath } from "../errors/issues.ts";
import { consoleLogger, type Logger } from "../logger.ts";
import { findRetryFaults, type RetryPolicy, withRetryDefaults } from "../retry-policy.ts";
import type { Faults } from "./faults.ts";
import {
  checkDurationMs,
  checkFunction,
  checkNumber,
  checkOneOf,
  checkWhole,
  type NumberRange,
} from "./option-checks.ts";
import { type OptionRule, type OptionRules, type OptionsOf, readOptions } from "./read-options.ts";
import { safeLogger } from "./safe-logger.ts";

/** Whether an option may be left out, and what it is then. */
export interface Presence<T> {
  readonly default?: T | undefined;
  /** Default: optional. */
  readonly presence?: "required" | undefined;
}

/** The type of an option that is read: without `undefined` where it is required or has a default. */
type Read<T, P> = P extends { presence: "required" } | { default: NonNullable<unknown> } ? T : T | undefined;

/** Rules for the usual kinds of options. Each states a default and a check in one place. */
export const option = {
  /**
   * A text that is not blank. `pattern` says which, and `expected` says it in words: `"must be 12 digits"`.
   */
  text: <const P extends Presence<string> & TextForm>(form?: P): OptionRule<Read<string, P>> =>
    checked(form, (path, value) => checkText(path, value, form)),

  /** A whole number in a range. */
  whole: <const P extends Presence<number> & NumberRange>(range: P): OptionRule<Read<number, P>> =>
    checked(range, (path, value) => checkWhole(path, value, range)),

  /** A number in a range: a share, a factor. */
  number: <const P extends Presence<number> & NumberRange>(range: P): OptionRule<Read<number, P>> =>
    checked(range, (path, value) => checkNumber(path, value, range)),

  /** A duration in milliseconds that a timer can wait for: at most 2^31 - 1. */
  durationMs: <const P extends Presence<number> & Omit<NumberRange, "maximum">>(
    range: P,
  ): OptionRule<Read<number, P>> => checked(range, (path, value) => checkDurationMs(path, value, range)),

  /** One of some words. */
  oneOf: <const Word extends string, const P extends Presence<Word>>(
    words: readonly Word[],
    presence?: P,
  ): OptionRule<Read<Word, P>> => checked(presence, (path, value) => checkOneOf(path, value, words)),

  /** A function. */
  fn: <T extends (...args: never) => unknown, const P extends Presence<T> = Presence<T>>(
    presence?: P,
  ): OptionRule<Read<T, P>> => checked(presence, (path, value) => checkFunction(path, value, "required")),

  /** An object that has these methods: a store, a transport, a client that the user brings. */
  methods: <T extends object, const P extends Presence<T> = Presence<T>>(
    names: readonly (keyof T & string)[],
    presence?: P,
  ): OptionRule<Read<T, P>> => checked(presence, (path, value) => checkMethods(path, value, names)),

  /** A signal that ends a wait, of whichever realm. */
  signal: (): OptionRule<AbortSignal | undefined> =>
    checked(undefined, (path, value) => checkMethods(path, value, signalMethods)),

  /** An object that maps names to texts. */
  textMap: (): OptionRule<Readonly<Record<string, string>>> =>
    checked({ default: Object.freeze({}) }, checkTextMap),

  /** A list, each item by a rule of its own. */
  list:
    <T>(item: OptionRule<T>, { default: fallback = [] }: Presence<readonly T[]> = {}) =>
    (value: unknown, path: string, faults: Faults): readonly T[] => {
      if (value === undefined) return fallback;
      if (Array.isArray(value))
        return value.map((each, index) => item(each, memberPath(path, index), faults));
      faults.add({ path, message: "must be a list" });
      return fallback;
    },

  /** An object with rules of its own. If it is left out, its members have their defaults. */
  group:
    <Rules extends OptionRules>(rules: Rules) =>
    (value: unknown, path: string, faults: Faults): OptionsOf<Rules> =>
      readOptions(value === undefined ? {} : value, rules, faults, path),

  /** As {@link option.group}, but `undefined` if it is left out. */
  optionalGroup:
    <Rules extends OptionRules>(rules: Rules) =>
    (value: unknown, path: string, faults: Faults): OptionsOf<Rules> | undefined =>
      value === undefined ? undefined : readOptions(value, rules, faults, path),

  /** Anything else. `find` says what was expected of a value that does not fit: `"must be a region"`. */
  custom: <T, const P extends Presence<T> = Presence<T>>(
    find: (value: unknown) => string | undefined,
    presence?: P,
  ): OptionRule<Read<T, P>> =>
    checked(presence, (path, value) => {
      const message = find(value);
      return message === undefined ? undefined : { path, message };
    }),

  /** A retry policy. Members that are left out are taken from `defaults`. */
  retry:
    (defaults: Partial<RetryPolicy> = {}) =>
    (value: unknown, path: string, faults: Faults): RetryPolicy => {
      const given = readOptions(value === undefined ? {} : value, retryMembers, faults, path);
      const policy = withRetryDefaults({ ...defaults, ...withoutUndefined(given) });
      faults.add(...findRetryFaults(policy, path));
      return policy;
    },

  /**
   * Where logs go. The logger that is read never throws, whatever the user's does. Default: warnings and
   * errors, to the console.
   */
  logger:
    () =>
    (value: unknown, path: string, faults: Faults): Logger => {
      if (value === undefined) return consoleLogger;
      const issue = checkMethods(path, value, ["debug", "info", "warn", "error"]);
      faults.add(issue);
      return issue === undefined ? safeLogger(value as Logger) : consoleLogger;
    },

  /** Where time comes from. Default: the runtime's clock. */
  clock: (): OptionRule<Clock> =>
    checked({ default: systemClock }, (path, value) =>
      checkMethods(path, value, ["now", "monotonic", "setTimer"]),
    ),

  /** Where chance comes from. Default: `Math.random`. */
  random: (): OptionRule<Random> =>
    checked({ default: Math.random }, (path, value) => checkFunction(path, value, "required")),

  /** Something that is checked elsewhere. */
  unchecked:
    <T>() =>
    (value: unknown): T =>
      value as T,
} as const;

/** What a signal has to have. Not its class, which another realm has again. */
const signalMethods = ["throwIfAborted", "addEventListener", "removeEventListener"];

/** Whether a value can be used as a signal. */
export function isSignal(value: unknown): value is AbortSignal {
  return checkMethods("signal", value, signalMethods) === undefined;
}

interface TextForm {
  readonly pattern?: RegExp | undefined;
  readonly expected?: string | undefined;
}

const anything = (value: unknown): unknown => value;
const retryMembers = {
  maxAttempts: anything as OptionRule<number | undefined>,
  maxElapsedMs: anything as OptionRule<number | undefined>,
  baseDelayMs: anything as OptionRule<number | undefined>,
  maxDelayMs: anything as OptionRule<number | undefined>,
};

function checked<T>(
  { default: fallback, presence }: Presence<unknown> = {},
  check: (path: string, value: unknown) => Issue | undefined,
): OptionRule<T> {
  return (value, path, faults) => {
    if (value !== undefined) faults.add(check(path, value));
    else if (presence === "required") faults.add({ path, message: "is required" });
    return (value === undefined ? fallback : value) as T;
  };
}

function checkText(path: string, value: unknown, { pattern, expected }: TextForm = {}): Issue | undefined {
  const isText = typeof value === "string" && value.trim() !== "";
  if (isText && (pattern === undefined || pattern.test(value))) return undefined;
  return { path, message: expected ?? "must be a text that is not empty" };
}

function checkMethods(path: string, value: unknown, names: readonly string[]): Issue | undefined {
  const isObject = (typeof value === "object" || typeof value === "function") && value !== null;
  const missing = isObject
    ? names.filter((name) => typeof (value as Record<string, unknown>)[name] !== "function")
    : names;
  if (missing.length === 0) return undefined;
  const listed = missing.map((name) => `${name}()`).join(", ");
  return { path, message: isObject ? `lacks ${listed}` : `must be an object with ${listed}` };
}

function checkTextMap(path: string, value: unknown): Issue | undefined {
  const isMap =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string" && text.trim() !== "");
  return isMap ? undefined : { path, message: "must map names to texts that are not empty" };
}

function withoutUndefined(
  members: Partial<Record<keyof RetryPolicy, number | undefined>>,
): Partial<RetryPolicy> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as Partial<RetryPolicy>;
}
