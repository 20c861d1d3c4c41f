import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Issue, memberPath } from "@wirekit/core";
import { ValidationFailedError } from "./errors.ts";

/** A schema of zod, or of any library that speaks Standard Schema. */
export type EventSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** A schema that can be run backwards, as zod's can: from what a program holds to what goes over the wire. */
interface EncodingSchema {
  safeEncodeAsync(value: unknown): Promise<EncodeResult>;
}
type EncodeResult =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly error: { readonly issues: readonly StandardSchemaV1.Issue[] } };

/** What a handler gets. */
export type Received<Schema extends EventSchema> = StandardSchemaV1.InferOutput<Schema>;

/** What `publish` takes: what the handler will get, where the schema can encode; else what the schema reads. */
export type Published<Schema extends EventSchema> = Schema extends { safeEncodeAsync: unknown }
  ? StandardSchemaV1.InferOutput<Schema>
  : StandardSchemaV1.InferInput<Schema>;

/**
 * Checks a value that is to be published and gives what its JSON is made of. A schema with codecs encodes it; any
 * other only checks it, and the value goes out as it is, to be read by the same schema on the other side.
 *
 * @throws ValidationFailedError listing every issue with its path.
 */
export async function encodeEvent(schema: EventSchema, value: unknown): Promise<unknown> {
  if (canEncode(schema)) {
    const result = await encodeOrUndefined(schema, value);
    if (result?.success) return result.data;
    if (result !== undefined) throw new ValidationFailedError(toIssues(result.error.issues));
  }
  await decodeEvent(schema, value);
  return value;
}

/**
 * Checks and decodes a value that was received.
 *
 * @throws ValidationFailedError listing every issue with its path.
 */
export async function decodeEvent<Output>(
  schema: EventSchema<unknown, Output>,
  value: unknown,
): Promise<Output> {
  const result = await schema["~standard"].validate(value);
  if (result.issues !== undefined) throw new ValidationFailedError(toIssues(result.issues));
  return result.value;
}

function canEncode(schema: EventSchema): schema is EventSchema & EncodingSchema {
  return "safeEncodeAsync" in schema && typeof schema.safeEncodeAsync === "function";
}

/** zod refuses to run a one-way `transform` backwards; such a schema can only be checked forwards. */
async function encodeOrUndefined(schema: EncodingSchema, value: unknown): Promise<EncodeResult | undefined> {
  try {
    return await schema.safeEncodeAsync(value);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "ZodEncodeError") return undefined;
    throw thrown;
  }
}

function toIssues(issues: readonly StandardSchemaV1.Issue[]): Issue[] {
  return issues.map(({ message, path = [] }) => ({
    message,
    path: path.reduce<string>((parent, segment) => memberPath(parent, keyOf(segment)), ""),
  }));
}

function keyOf(segment: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof segment === "object" ? segment.key : segment;
  return typeof key === "number" ? key : String(key);
}
