import type { Issue } from "@wirekit/core";

/** What a whole number must be between. */
export interface NumberRange {
  readonly minimum: number;
  readonly maximum?: number | undefined;
}

/** The numbers among some options, and what each must be between. */
export type NumberRanges<Options> = {
  readonly [Name in keyof Options as Options[Name] extends number ? Name : never]: NumberRange;
};

/** A fault for each number that is not whole, or out of its range. */
export function numberFaults<Options>(options: Options, ranges: NumberRanges<Options>): Issue[] {
  const faults: Issue[] = [];
  for (const [path, { minimum, maximum }] of Object.entries<NumberRange>(ranges)) {
    const value: unknown = options[path as keyof Options];
    const isFit = Number.isSafeInteger(value) && (value as number) >= minimum;
    if (isFit && (value as number) <= (maximum ?? Number.MAX_SAFE_INTEGER)) continue;
    const upper = maximum === undefined ? "" : ` and at most ${maximum}`;
    faults.push({ path, message: `must be a whole number of at least ${minimum}${upper}` });
  }
  return faults;
}

/** A fault unless `value` is one of the words. */
export function oneOfFault(path: string, value: unknown, words: readonly string[]): Issue | undefined {
  if (words.some((word) => word === value)) return undefined;
  return { path, message: `must be ${words.map((word) => `"${word}"`).join(" or ")}` };
}

/** A fault for each of these options that is given and is no text. */
export function textFaults<Options>(options: Options, names: readonly (keyof Options & string)[]): Issue[] {
  return names
    .filter((name) => options[name] !== undefined && !isText(options[name]))
    .map((path) => ({ path, message: "must be a text that is not empty" }));
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
