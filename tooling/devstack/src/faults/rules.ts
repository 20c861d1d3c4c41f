/** What a member of a fault or of its target must be. */
export interface Rule {
  /** `must ...`, in the words of an error. */
  readonly must: string;
  readonly presence: "required" | "optional";
  holds(value: unknown): boolean;
}

/** The rules of an object, by the names of its members. */
export type Rules = Readonly<Record<string, Rule>>;

function rule(must: string, holds: (value: unknown) => boolean): Rule {
  return { must, holds, presence: "required" };
}

const isWhole = (value: unknown, least: number) => Number.isInteger(value) && Number(value) >= least;

export const anything = rule("anything", () => true);
export const text = rule("a text that is not empty", (value) => typeof value === "string" && value !== "");
export const finite = rule("a finite number", Number.isFinite);
export const duration = rule(
  "milliseconds, not below 0",
  (value) => Number.isFinite(value) && Number(value) >= 0,
);
export const count = rule("a whole number, not below 0", (value) => isWhole(value, 0));
export const aboveZero = rule("a whole number above 0", (value) => isWhole(value, 1));
export const httpStatus = rule(
  "a status from 200 to 599",
  (value) => isWhole(value, 200) && Number(value) < 600,
);
export const flag = rule("true or false", (value) => typeof value === "boolean");
export const callable = rule("a function", (value) => typeof value === "function");
export const object = rule("an object", isObject);
export const times = rule(
  "a whole number above 0, or Infinity",
  (value) => value === Number.POSITIVE_INFINITY || isWhole(value, 1),
);

export function oneOf(values: readonly string[]): Rule {
  return rule(`one of ${values.join(", ")}`, (value) => values.includes(value as string));
}

export function optional(required: Rule): Rule {
  return { ...required, presence: "optional" };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @throws TypeError that names the first member of `value` that is unknown, missing or wrong. */
export function check(value: unknown, path: string, rules: Rules): void {
  if (!isObject(value)) throw new TypeError(`${path} must be an object, not ${shown(value)}`);
  const names = Object.keys(rules);
  for (const name of Object.keys(value)) {
    if (names.includes(name)) continue;
    const known = names.length === 0 ? "it has no members" : `its members are ${names.join(", ")}`;
    throw new TypeError(`${path}.${name} does not exist: ${known}`);
  }
  for (const [name, { must, presence, holds }] of Object.entries(rules)) {
    const member = value[name];
    if (member === undefined && presence === "optional") continue;
    if (!holds(member)) throw new TypeError(`${path}.${name} must be ${must}, not ${shown(member)}`);
  }
}

/** A value as an error names it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
