import * as z from "zod/mini";

/** Text that must be there and hold more than white space. It is kept as it is: trimming only decides. */
export function requiredText(): z.ZodMiniType<string, string> {
  return presentText().check(z.refine((text) => !isBlank(text), { error: "must not be blank" }));
}

/** Text that must be there, and may be empty. */
export function presentText(): z.ZodMiniString<string> {
  return z.string({ error: ({ input }) => (isAbsent(input) ? "is required" : "must be text") });
}

/** Text that may be absent, and may be empty. */
export function optionalText(): z.ZodMiniType<string | undefined, string | undefined> {
  return z.optional(presentText());
}

/** One of a few words, in exactly this spelling. */
export function oneOf<const Words extends Readonly<Record<string, string>>>(
  words: Words,
): z.ZodMiniType<Words[keyof Words], Words[keyof Words]> {
  const expected = Object.values(words)
    .map((word) => `"${word}"`)
    .join(" or ");
  return z.enum(words, { error: ({ input }) => (isAbsent(input) ? "is required" : `must be ${expected}`) });
}

/** An object whose members are all text. Not zod's record, which leaves out a member named `__proto__` in silence. */
export function textMembers(): z.ZodMiniType<
  Readonly<Record<string, string>>,
  Readonly<Record<string, string>>
> {
  return z
    .custom<Readonly<Record<string, string>>>(isObject, {
      error: ({ input }) => (isAbsent(input) ? "is required" : "must be an object"),
    })
    .check(({ value, issues }) => {
      for (const [name, member] of Object.entries<unknown>(value)) {
        if (typeof member === "string") continue;
        issues.push({ code: "custom", input: undefined, path: [name], message: "must be text" });
      }
    });
}

/** Whether `value` is what JSON calls an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsent(input: unknown): boolean {
  return input === undefined || input === null;
}

/**
 * The characters that Python's `str.strip` removes. They are not those of `String.prototype.trim`, which takes
 * U+FEFF for white space and leaves U+001C to U+001F and U+0085 standing; a text that one side calls blank must not
 * pass on the other.
 */
const whiteSpace = new Set(
  "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
);

function isBlank(text: string): boolean {
  for (const character of text) if (!whiteSpace.has(character)) return false;
  return true;
}
