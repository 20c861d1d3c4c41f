import { memberPath } from "../errors/issues.ts";
import type { Faults } from "./faults.ts";

/**
 * Reads one option: returns its value or the default, and adds its faults to `faults`. What it returns for a
 * faulty value is never used, because `Faults.throwIfAny` follows.
 */
export type OptionRule<T> = (value: unknown, path: string, faults: Faults) => T;

/** The rules of an object of options, one for each option that there is. */
export type OptionRules = Readonly<Record<string, OptionRule<unknown>>>;

/** What {@link readOptions} returns for these rules. */
export type OptionsOf<Rules extends OptionRules> = {
  readonly [Name in keyof Rules]: Rules[Name] extends OptionRule<infer T> ? T : never;
};

/**
 * Reads an object of options by its rules: checks every option, fills in the defaults, and adds all faults to
 * `faults`. An option that does not exist is a fault, too, and is named with the nearest one that does.
 *
 * @param path where the object stands in the options of its user: `"retry"`. Default: it is all of the
 * options.
 */
export function readOptions<const Rules extends OptionRules>(
  options: unknown,
  rules: Rules,
  faults: Faults,
  path = "",
): OptionsOf<Rules> {
  const isObject = typeof options === "object" && options !== null && !Array.isArray(options);
  if (!isObject) faults.add({ path: path === "" ? "options" : path, message: "must be an object" });
  const given: Readonly<Record<string, unknown>> = isObject ? (options as Record<string, unknown>) : {};
  const names = Object.keys(rules);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(rules, name) || given[name] === undefined) continue;
    faults.add({ path: memberPath(path, name), message: `is not an option${suggestionFor(name, names)}` });
  }
  // A fault of the whole says all there is to say: its members are missing because of it.
  if (!isObject) return {} as OptionsOf<Rules>;
  const read = names.map((name) => [name, rules[name]?.(given[name], memberPath(path, name), faults)]);
  return Object.fromEntries(read) as OptionsOf<Rules>;
}

/** The name that was probably meant: at most a third of its letters differ. */
function suggestionFor(name: string, names: readonly string[]): string {
  const [nearest] = names
    .map((known) => ({ known, distance: editDistance(name.toLowerCase(), known.toLowerCase()) }))
    .filter(({ known, distance }) => distance <= Math.max(1, Math.floor(known.length / 3)))
    .sort((one, other) => one.distance - other.distance);
  return nearest === undefined ? "" : `; did you mean ${nearest.known}?`;
}

/** How many letters have to be put in, taken out or replaced to make one text of the other (Levenshtein). */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
