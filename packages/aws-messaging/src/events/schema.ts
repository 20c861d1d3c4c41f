import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Issue } from "@wirekit/core";
import { memberPath } from "@wirekit/core/kit";
import { MessageProcessingError, ValidationFailedError } from "../errors.ts";
import { isPlainSchema } from "./plain-schema.ts";

/** A schema of zod, or of any library that speaks Standard Schema. */
export type EventSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** A schema that can be run backwards, as zod's can: from what a program holds to what goes over the wire. */
interface EncodingSchema {
  safeEncodeAsync(value: unknown): Promise<RunResult>;
  safeParseAsync(value: unknown): Promise<RunResult>;
}
type RunResult =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly error: { readonly issues: readonly StandardSchemaV1.Issue[] } };

/** What a handler gets. */
export type Received<Schema extends EventSchema> = StandardSchemaV1.InferOutput<Schema>;

/**
 * What `publish` takes: what the handler will get, where the schema can encode; else what the schema reads.
 */
export type Published<Schema extends EventSchema> = Schema extends { safeEncodeAsync: unknown }
  ? StandardSchemaV1.InferOutput<Schema>
  : StandardSchemaV1.InferInput<Schema>;

/**
 * The JSON of an event: at once where its schema allows that, because a promise costs more than the rest of
 * it does.
 */
export type EncodedEvent = string | Promise<string>;

/**
 * Checks a value that is to be published and gives its JSON. A schema with codecs encodes it; any other only
 * checks it, and the value goes out as it is, to be read by the same schema on the other side.
 *
 * @throws ValidationFailedError listing every issue with its path.
 */
export function encodeEvent(schema: EventSchema, value: unknown): EncodedEvent {
  if (canEncode(schema) && !isPlainSchema(schema)) return encodeBackwards(schema, value);
  const result = schema["~standard"].validate(value);
  // zod leaves out what a schema does not name. It is not known of another library's result whether it may be
  // read again.
  const encode = (valid: StandardSchemaV1.Result<unknown>) => {
    const output = outputOf(valid);
    return toJson(canEncode(schema) ? output : value);
  };
  return "then" in result ? result.then(encode) : encode(result);
}

/**
 * Checks and decodes a value that was received.
 *
 * @throws ValidationFailedError listing every issue with its path; MessageProcessingError, which is
 * retryable, if the schema throws: a refinement asks a database which is down, and the message may well be
 * valid.
 */
export async function decodeEvent<Output>(
  schema: EventSchema<unknown, Output>,
  value: unknown,
): Promise<Output> {
  if (!canEncode(schema) || isPlainSchema(schema))
    return outputOf(await run(() => schema["~standard"].validate(value)));
  // Not by `validate`: zod's begins without promises, and drops one that it meets. If that one rejects, it
  // ends the process.
  return dataOf(await run(() => schema.safeParseAsync(value))) as Output;
}

/**
 * What a schema throws is a failure of its own. Only the issues that it reports say something of the value.
 */
async function run<Result extends object>(check: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await check();
  } catch (cause) {
    throw new MessageProcessingError("The schema has thrown instead of reporting issues", { cause });
  }
}

async function encodeBackwards(schema: EventSchema & EncodingSchema, value: unknown): Promise<string> {
  const result = await encodeOrUndefined(schema, value);
  if (result !== undefined) return toJson(dataOf(result));
  await decodeEvent(schema, value);
  return toJson(value);
}

function canEncode(schema: EventSchema): schema is EventSchema & EncodingSchema {
  return "safeEncodeAsync" in schema && typeof schema.safeEncodeAsync === "function";
}

/** zod refuses to run a one-way `transform` backwards; such a schema can only be checked forwards. */
async function encodeOrUndefined(schema: EncodingSchema, value: unknown): Promise<RunResult | undefined> {
  try {
    return await schema.safeEncodeAsync(value);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "ZodEncodeError") return undefined;
    throw thrown;
  }
}

function outputOf<Output>(result: StandardSchemaV1.Result<Output>): Output {
  if (result.issues !== undefined) throw new ValidationFailedError(toIssues(result.issues));
  return result.value;
}

function dataOf(result: RunResult): unknown {
  if (!result.success) throw new ValidationFailedError(toIssues(result.error.issues));
  return result.data;
}

function toJson(value: unknown): string {
  try {
    const text = JSON.stringify(value);
    if (text !== undefined) return text.replace(beyondXml, escaped);
  } catch {
    // Cycles and big integers: the schema let through what JSON cannot carry.
  }
  throw new ValidationFailedError([{ path: "", message: "cannot be written as JSON" }]);
}

/** JSON writes them as they are, which SQS does not take. An escape means the same. */
const beyondXml = /[\uFFFE\uFFFF]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
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
