import { ConfigError } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import { type JsonSchema, producerPayloadSchema } from "../wire/producer-schema.ts";
import { compileSchema, type SchemaCheck } from "./compile-schema.ts";

/** A schema as the user gives it: an object, or the path of a JSON file. */
export type SchemaSource = JsonSchema | string;

/** Checks messages against one schema. */
export interface MessageValidator {
  /** Whether the schema says something of what is inside a field, or only of the fields themselves. */
  readonly reach: "fields" | "whole";
  readonly check: SchemaCheck;
}

/**
 * Schemas that are given as objects, compiled. Held by the object, so that checking many messages against one costs one
 * compilation, and letting go of it lets go of what it was compiled to.
 */
const compiled = new WeakMap<JsonSchema, Promise<MessageValidator>>();

/**
 * The validator for a schema: the built-in one unless another is given. A file is read every time this is called.
 *
 * @throws ConfigError when the schema is missing, unreadable or invalid; it names the schema.
 */
export async function messageValidator(
  source: SchemaSource = producerPayloadSchema,
): Promise<MessageValidator> {
  if (typeof source === "string") return whole(compileSchema(await readSchema(source), source));
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const validator = compileObject(source);
  if (typeof source === "object" && source !== null) compiled.set(source, validator);
  return validator;
}

async function compileObject(schema: JsonSchema): Promise<MessageValidator> {
  if (schema !== producerPayloadSchema) return whole(compileSchema(schema, "given as an object"));
  return { reach: "fields", check: await compileSchema(schema, "built-in") };
}

async function whole(compiling: Promise<SchemaCheck>): Promise<MessageValidator> {
  return { reach: "whole", check: await compiling };
}

async function readSchema(path: string): Promise<unknown> {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(path, "utf8").catch((thrown: unknown) => {
    throw new ConfigError([{ path: "schema", message: `(${path}) cannot be read: ${messageOf(thrown)}` }], {
      cause: thrown,
    });
  });
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // The parser's own words quote the file, which may be any file.
    throw new ConfigError([{ path: "schema", message: `(${path}) is not JSON` }]);
  }
}
