import { type Issue, memberPath } from "../errors/issues.ts";
import { ValidationError } from "../errors/validation-error.ts";
import { isDate, isValidDate } from "./by-tag.ts";

/** How {@link encodePythonJson} names what it refuses. */
export interface PythonJsonOptions {
  /** The path of the value itself, which the paths of its members begin with: `"payload"`. Default: none. */
  readonly rootPath?: string | undefined;
}

/** Objects and arrays inside each other. Python's own writer gives up at about as many. */
const maxDepth = 1000;
/** More faults than this in one value are not looked for. */
const maxIssues = 100;

/**
 * Writes `value` as Python's `json.dumps` does by default: `", "` and `": "` between things, everything
 * outside printable ASCII as `\uXXXX` in lower case (an astral character as a surrogate pair, a lone
 * surrogate as it is), and numbers as Python shows them (`1e-07`, `-0.0`). A whole number below 1e21 is
 * written in digits, as JavaScript does; for a float of that size Python would write `1e+16`.
 *
 * What `JSON.stringify` would drop or change without a word is refused: `undefined` in an array, numbers that
 * are not finite, BigInts, functions, symbols, invalid Dates, cycles, and instances of classes without a
 * `toJSON` (`Map`, `Set`, `Uint8Array` ...). As `JSON.stringify` does, it calls `toJSON`, and leaves out a
 * member that is `undefined`.
 *
 * @throws ValidationError naming what JSON cannot carry, each by its path.
 */
export function encodePythonJson(value: unknown, options: PythonJsonOptions = {}): string {
  let cause: unknown = refused;
  try {
    const text = write(value, "", 0);
    if (text !== undefined) return text;
  } catch (thrown) {
    cause = thrown;
  }
  // Only a value that is refused pays for finding out why and where: the writer keeps no paths.
  throw new ValidationError(findIssues(value, options.rootPath ?? ""), {
    cause: cause === refused ? undefined : cause,
  });
}

const refused = Symbol("refused");

/**
 * The text of `value`, or `undefined` where the value is that. Throws {@link refused} at what JSON cannot
 * carry.
 */
function write(value: unknown, key: string, depth: number): string | undefined {
  const form = hasToJson(value) ? value.toJSON(key) : value;
  switch (typeof form) {
    case "string":
      return writeString(form);
    case "number":
      return writeNumber(form);
    case "boolean":
      return form ? "true" : "false";
    case "undefined":
      return undefined;
    case "object":
      if (form === null) return isInvalidDate(value) ? refuse() : "null";
      if (depth >= maxDepth) return refuse();
      if (Array.isArray(form)) return writeArray(form, depth + 1);
      return isPlain(form) ? writeMembers(form, depth + 1) : refuse();
    default:
      return refuse();
  }
}

function writeMembers(members: Readonly<Record<string, unknown>>, depth: number): string {
  let text = "";
  for (const key of Object.keys(members)) {
    const member = write(members[key], key, depth);
    if (member !== undefined) text += `${text === "" ? "" : ", "}${writeString(key)}: ${member}`;
  }
  return `{${text}}`;
}

function writeArray(items: readonly unknown[], depth: number): string {
  let text = "";
  // Not `map`, which would pass over the holes of a sparse array.
  for (let index = 0; index < items.length; index += 1) {
    const item = write(items[index], String(index), depth) ?? refuse();
    text += index === 0 ? item : `, ${item}`;
  }
  return `[${text}]`;
}

const plainText = /^[ !#-[\]-~]*$/;
const beyondAscii = /[\x7f-\uffff]/g;

function writeString(text: string): string {
  if (plainText.test(text)) return `"${text}"`;
  // What is left for us to escape is what Python escapes and JavaScript does not.
  return JSON.stringify(text).replace(beyondAscii, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return refuse();
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0";
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, "e-0$1");
}

function refuse(): never {
  throw refused;
}

interface ToJson {
  toJSON(key: string): unknown;
}

function hasToJson(value: unknown): value is ToJson {
  return typeof value === "object" && value !== null && typeof (value as ToJson).toJSON === "function";
}

/** An object literal or a record without a prototype, also from another realm; no instance of any class. */
function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** `toJSON` of an invalid Date says `null`, which would be another message than the caller meant. */
function isInvalidDate(value: unknown): boolean {
  return isDate(value) && !isValidDate(value);
}

/** Why {@link write} refused `root`, and where. */
function findIssues(root: unknown, rootPath: string): readonly Issue[] {
  const issues: Issue[] = [];
  const open = new Set<object>();
  // A part that is shared is looked through once: otherwise a web of references would be walked by every way.
  const seen = new Set<object>();

  function visit(read: () => unknown, key: string, path: string): void {
    if (issues.length >= maxIssues) return;
    try {
      const value = read();
      const form = hasToJson(value) ? value.toJSON(key) : value;
      const fault = describeFault(value, form, open);
      if (fault !== undefined) issues.push({ path, message: fault });
      else if (typeof form === "object" && form !== null && !seen.has(form)) visitMembers(form, path);
    } catch {
      // What was thrown is the cause of the whole; its text may hold anything, so it is no part of ours.
      issues.push({ path, message: "could not be read" });
    }
  }

  function visitMembers(form: object, path: string): void {
    seen.add(form);
    open.add(form);
    if (Array.isArray(form)) {
      for (let index = 0; index < form.length; index += 1) {
        const itemPath = memberPath(path, index);
        if (issues.length >= maxIssues) break;
        if (form[index] === undefined) issues.push({ path: itemPath, message: cannotCarry("undefined") });
        else visit(() => form[index], String(index), itemPath);
      }
    } else {
      const members = form as Readonly<Record<string, unknown>>;
      for (const key of Object.keys(form)) visit(() => members[key], key, memberPath(path, key));
    }
    open.delete(form);
  }

  if (root === undefined) issues.push({ path: rootPath, message: cannotCarry("undefined") });
  else visit(() => root, "", rootPath);
  return issues.length > 0 ? issues : [{ path: rootPath, message: "cannot be written as JSON" }];
}

function describeFault(value: unknown, form: unknown, open: ReadonlySet<object>): string | undefined {
  if (typeof form === "number") return Number.isFinite(form) ? undefined : cannotCarry(String(form));
  if (typeof form === "bigint") return cannotCarry("a BigInt");
  if (typeof form === "function" || typeof form === "symbol") return cannotCarry(`a ${typeof form}`);
  if (isInvalidDate(value)) return "is an invalid Date";
  if (typeof form !== "object" || form === null) return undefined;
  if (open.has(form)) return "refers back to what contains it, which JSON cannot carry";
  if (open.size >= maxDepth) return `is more than ${maxDepth} levels deep`;
  if (Array.isArray(form) || isPlain(form)) return undefined;
  return `is an instance of ${String(form.constructor?.name ?? "a class")}, which has no toJSON`;
}

function cannotCarry(what: string): string {
  return `is ${what}, which JSON cannot carry`;
}
