import { wireNameOf } from "./field-names.ts";

/** What is wrong with a field, or with something inside it. */
export interface Fault {
  /** From the object that was checked, in the names used here. */
  readonly path: readonly string[];
  readonly message: string;
}

/** Says what a field's value is, or what is wrong with it. `null` is the same as absent on this bus. */
export type Field<Value> = (value: unknown) => Value | Faults;

/** The answer of a {@link Field} that its value does not please. Paths begin below the field. */
export class Faults {
  readonly list: readonly Fault[];

  constructor(...list: readonly Fault[]) {
    this.list = list;
  }
}

/** Text that must be there and hold more than white space. It is kept as it is: trimming only decides. */
export const requiredText: Field<string> = (value) => {
  const text = presentText(value);
  return text instanceof Faults || !isBlank(text) ? text : fault("must not be blank");
};

/** Text that may be absent, and may be empty. */
export const optionalText: Field<string | undefined> = (value) =>
  isAbsent(value) ? undefined : presentText(value);

/** One of a few words, in exactly this spelling. */
export function oneOf<const Word extends string>(words: Readonly<Record<string, Word>>): Field<Word> {
  const known = new Map<unknown, Word>(Object.values(words).map((word) => [word, word]));
  const expected = Object.values(words)
    .map((word) => `"${word}"`)
    .join(" or ");
  return (value) => {
    if (isAbsent(value)) return fault("is required");
    return known.get(value) ?? fault(`must be ${expected}`);
  };
}

/** An object whose members are all text. Their names are the user's own. */
export const textMembers: Field<Readonly<Record<string, string>>> = (value) => {
  if (isAbsent(value)) return fault("is required");
  if (!isObject(value) || !isPlain(value)) return fault("must be an object");
  const members = Object.entries(value);
  const faults = members
    .filter(([, member]) => typeof member !== "string")
    .map(([name]) => ({ path: [name], message: "must be text" }));
  // Not a spread or an assignment: a member named `__proto__` is a member like any other.
  return faults.length > 0 ? new Faults(...faults) : (Object.fromEntries(members) as Record<string, string>);
};

/** Any value, unchecked. */
export const anything: Field<unknown> = (value) => value;

/** Whether `value` is what JSON calls an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object literal or a record without a prototype, also from another realm; no instance of any class. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** A field under both its names. */
export interface NamedField {
  readonly name: string;
  readonly wireName: string;
  readonly check: Field<unknown>;
}

/** Which of its two names the fields of an object have: the name here, or the one on the wire. */
export type Spelling = "name" | "wireName";

/** The fields of an object: those that please, in the names used here, and the faults of the others. */
export interface CheckedFields {
  readonly values: Record<string, unknown>;
  readonly faults: readonly Fault[];
}

/** Lists the fields of a shape, in its order, with both their names. */
export function namedFields(shape: Readonly<Record<string, Field<unknown>>>): readonly NamedField[] {
  return Object.entries(shape).map(([name, check]) => ({ name, wireName: wireNameOf(name), check }));
}

/** Checks `fields`, and leaves out all others, and those that are absent. */
export function checkFields(
  input: Readonly<Record<string, unknown>>,
  fields: readonly NamedField[],
  spelling: Spelling,
): CheckedFields {
  const values: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const field of fields) {
    // Read one by one, so that a class which has them as accessors will do.
    const value = field.check(input[field[spelling]]);
    if (value instanceof Faults) {
      faults.push(...value.list.map(({ path, message }) => ({ path: [field.name, ...path], message })));
    } else if (!isAbsent(value)) values[field.name] = value;
  }
  return { values, faults };
}

/**
 * The members of `values` under their names on the wire, in the order of `fields`, without what is absent.
 */
export function toWireNames(values: object, fields: readonly NamedField[]): Record<string, unknown> {
  const source = values as Readonly<Record<string, unknown>>;
  const renamed: Record<string, unknown> = {};
  for (const { name, wireName } of fields) {
    if (source[name] !== undefined) renamed[wireName] = source[name];
  }
  return renamed;
}

const presentText: Field<string> = (value) => {
  if (typeof value === "string") return value;
  return fault(isAbsent(value) ? "is required" : "must be text");
};

function fault(message: string): Faults {
  return new Faults({ path: [], message });
}

/**
 * The characters that Python's `str.strip` removes. They are not those of `String.prototype.trim`, which
 * takes U+FEFF for white space and leaves U+001C to U+001F and U+0085 standing; a text that one side calls
 * blank must not pass on the other.
 */
const whiteSpace = new Set(
  "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
);

function isBlank(text: string): boolean {
  for (const character of text) if (!whiteSpace.has(character)) return false;
  return true;
}
