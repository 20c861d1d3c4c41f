import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import * as z from "zod";
import * as mini from "zod/mini";
import { isPlainSchema } from "./plain-schema.ts";

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});

it.each([
  ["texts with a format", z.object({ id: z.uuid(), at: z.iso.datetime(), code: z.string().regex(/^a/) })],
  ["numbers with bounds", z.object({ n: z.int().min(1).max(9), ratio: z.number().multipleOf(0.5) })],
  ["what may be left out", z.object({ a: z.string().optional(), b: z.null().nullable() })],
  ["choices", z.union([z.literal("a"), z.enum(["b", "c"]), z.array(z.boolean()).max(3)])],
  [
    "unions that tell their members apart",
    z.discriminatedUnion("type", [z.object({ type: z.literal("a") })]),
  ],
  ["objects that keep, or refuse, what they do not name", z.union([z.looseObject({}), z.strictObject({})])],
  ["what contains itself", tree],
  ["zod/mini", mini.object({ n: mini.number() })],
])("knows %s as plain", (_what, schema) => {
  expect(isPlainSchema(schema)).toBe(true);
  expect(isPlainSchema(schema)).toBe(true);
});

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

it.each([
  ["a codec", isoDate],
  ["a transform", z.string().transform((text) => text.length)],
  ["a refinement", z.number().refine((n) => n > 0)],
  ["a default", z.string().default("x")],
  ["a function of the program's behind a format", z.stringFormat("even", (text) => text.length % 2 === 0)],
  ["trimming", z.string().trim()],
  ["coercion", z.coerce.number()],
  ["what is not known here", z.lazy(() => z.string())],
  [
    "a schema of another library",
    { "~standard": { version: 1, vendor: "test", validate: () => ({ value: 1 }) } },
  ],
] as const)("does not take %s for plain, wherever it stands", (_what, schema) => {
  expect(isPlainSchema(schema as z.ZodType)).toBe(false);
  if (!("_zod" in schema)) return;
  expect(isPlainSchema(z.object({ list: z.array(z.union([z.null(), schema.optional()])) }))).toBe(false);
  expect(isPlainSchema(z.object({}).catchall(schema))).toBe(false);
});

describe("a schema that is plain", () => {
  const { schema } = fc.letrec<{ readonly schema: z.ZodType }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom<z.ZodType>(
        z.string(),
        z.string().min(2).max(4),
        z.number(),
        z.int().nonnegative(),
        z.boolean(),
        z.null(),
        z.literal("a"),
        z.enum(["a", "b"]),
        z.iso.date(),
      ),
      tie("schema").map((inner) => inner.optional()),
      tie("schema").map((inner) => inner.nullable()),
      tie("schema").map((inner) => z.array(inner).max(3)),
      fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((options) => z.union(options)),
      fc
        .dictionary(fc.constantFrom("a", "b", "c"), tie("schema"))
        .chain((shape) => fc.constantFrom(z.object(shape), z.looseObject(shape), z.strictObject(shape))),
    ),
  }));
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("", "a", "ab", "2025-01-01", 0, -1, 1.5, true, null, undefined),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "c", "d"), tie("value")),
    ),
  })).value;

  it("gives forwards what zod's own encode gives, be it data or faults", () => {
    fc.assert(
      fc.property(schema, value, (anySchema, anyValue) => {
        expect(isPlainSchema(anySchema)).toBe(true);
        const encoded = anySchema.safeEncode(anyValue);
        const validated = anySchema["~standard"].validate(anyValue);
        if (validated instanceof Promise) throw new Error("it was not to need a promise");
        if (encoded.success) return expect(validated).toEqual({ value: encoded.data });
        // Forwards, zod may name more faults of the same value: a text is no array, and too long for one.
        const paths = validated.issues?.map(({ path }) => path);
        expect(paths).toEqual(expect.arrayContaining(encoded.error.issues.map(({ path }) => path)));
      }),
    );
  });
});
