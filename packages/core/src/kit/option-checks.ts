import { ConfigError } from "../errors/config-error.ts";
import type { Issue } from "../errors/issues.ts";

/**
 * The longest delay that the runtimes' timers take (2^31 - 1 ms, 24.8 days); a longer one would fire at once.
 */
export const maxTimerMs = 2_147_483_647;

/** Options with every default in its place. */
export type Resolved<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** The range of a number. */
export interface NumberRange {
  readonly minimum: number;
  readonly maximum?: number | undefined;
  /** Whether `Infinity`, for "no limit", is allowed. Default no. */
  readonly unlimited?: "allowed" | undefined;
}

/** @throws ConfigError naming every option at fault. */
export function throwFaults(issues: readonly (Issue | undefined)[]): void {
  const found = issues.filter((issue) => issue !== undefined);
  if (found.length > 0) throw new ConfigError(found);
}

/** What `task` gives; or nothing, with the faults that it names added to `issues`. */
export function collectFaults<T>(issues: Issue[], task: () => T): T | undefined {
  try {
    return task();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    issues.push(...thrown.issues);
    return undefined;
  }
}

/** Returns a fault unless `value` is a whole number in the range. */
export function checkWhole(path: string, value: unknown, range: NumberRange): Issue | undefined {
  return checkRange(path, value, range, "a whole number", Number.isSafeInteger);
}

/** Returns a fault unless `value` is a number in the range. */
export function checkNumber(path: string, value: unknown, range: NumberRange): Issue | undefined {
  return checkRange(path, value, range, "a number", Number.isFinite);
}

/** Returns a fault unless `value` is a duration that a timer can wait for. */
export function checkDurationMs(
  path: string,
  value: unknown,
  range: Omit<NumberRange, "maximum">,
): Issue | undefined {
  // Each send checks its time limit: see "Checks of each call" in docs/performance.md.
  if (typeof value === "number" && value >= range.minimum && value <= maxTimerMs) return undefined;
  return checkNumber(path, value, { ...range, maximum: maxTimerMs });
}

/** Returns a fault unless `value` is one of the words. */
export function checkOneOf(path: string, value: unknown, words: readonly string[]): Issue | undefined {
  if (words.some((word) => word === value)) return undefined;
  return { path, message: `must be ${words.map((word) => `"${word}"`).join(" or ")}` };
}

/** Returns a fault unless `value` is a function, or absent and optional. */
export function checkFunction(
  path: string,
  value: unknown,
  absence: "required" | "optional",
): Issue | undefined {
  if (typeof value === "function" || (value === undefined && absence === "optional")) return undefined;
  return { path, message: "must be a function" };
}

function checkRange(
  path: string,
  value: unknown,
  { minimum, maximum, unlimited }: NumberRange,
  what: string,
  isValid: (value: unknown) => boolean,
): Issue | undefined {
  if (unlimited === "allowed" && value === Number.POSITIVE_INFINITY) return undefined;
  if (isValid(value) && (value as number) >= minimum && (value as number) <= (maximum ?? Number.MAX_VALUE)) {
    return undefined;
  }
  const upper = maximum === undefined ? "" : ` and at most ${maximum}`;
  return {
    path,
    message: `must be ${what} of at least ${minimum}${upper}${unlimited === "allowed" ? ", or Infinity" : ""}`,
  };
}
