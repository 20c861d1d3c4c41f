import type { StandardSchemaV1 } from "@standard-schema/spec";

/**
 * As much of a schema of zod's as has to be known of it here: what zod publishes under `_zod` for other
 * libraries to read.
 */
interface ZodLike {
  readonly _zod: { readonly def: ZodDefinition };
}
interface ZodDefinition {
  readonly type: string;
  readonly check?: string;
  readonly checks?: readonly {
    readonly _zod: { readonly def: { readonly check: string; readonly fn?: unknown } };
  }[];
  readonly coerce?: boolean;
  /** The program's own function, where a format of text has one. */
  readonly fn?: unknown;
  readonly shape?: Readonly<Record<string, ZodLike>>;
  readonly catchall?: ZodLike;
  readonly element?: ZodLike;
  readonly innerType?: ZodLike;
  readonly options?: readonly ZodLike[];
}

const plainTypes: ReadonlySet<string> = new Set([
  ...["string", "number", "boolean", "null", "literal", "enum"],
  ...["object", "array", "optional", "nullable", "union"],
  ...["unknown", "any", "never"],
]);

const plainChecks: ReadonlySet<string> = new Set([
  ...["min_length", "max_length", "length_equals", "string_format"],
  ...["greater_than", "less_than", "multiple_of", "number_format"],
]);

/** Found once for a schema, and held as long as that: weakly, by the schema that the program owns. */
const known = new WeakMap<StandardSchemaV1, boolean>();

/**
 * Whether a schema of zod's reads and writes alike, and calls no function of the program's: no codec,
 * transform, default or refinement anywhere in it. Such a schema can be run at once and forwards, where zod
 * compiles it: ten times as fast as `encode`, which is how a schema of any other kind has to be run, and with
 * promises, because there is no telling whether its functions return some. What is not known here counts as
 * not plain.
 */
export function isPlainSchema(schema: StandardSchemaV1): boolean {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const isPlain = "_zod" in schema && allPlain(schema as unknown as ZodLike, new Set());
  known.set(schema, isPlain);
  return isPlain;
}

/** `seen` ends the way around a schema that contains itself. */
function allPlain(schema: ZodLike, seen: Set<ZodLike>): boolean {
  if (seen.has(schema)) return true;
  seen.add(schema);
  const { def } = schema._zod;
  if (!plainTypes.has(def.type) || def.coerce === true) return false;
  if (![def, ...(def.checks ?? []).map((check) => check._zod.def)].every(isPlainCheck)) return false;
  const { shape = {}, catchall, element, innerType, options = [] } = def;
  const inside = [...Object.values(shape), catchall, element, innerType, ...options];
  return inside.every((part) => part === undefined || allPlain(part, seen));
}

function isPlainCheck({ check, fn }: Pick<ZodDefinition, "check" | "fn">): boolean {
  return check === undefined || (plainChecks.has(check) && fn === undefined);
}
