import { ConfigError, messageOf } from "@wirekit/core";
import { type JsonSchema, producerPayloadSchema } from "../wire/producer-schema.ts";
import { compileSchema, type MessageValidator } from "./compile-schema.ts";

/** A schema as the user gives it: an object, or the path of a JSON file. */
export type SchemaSource = JsonSchema | string;

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
  if (typeof source === "string") return compileSchema(await readSchema(source), source);
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const validator = compileSchema(
    source,
    source === producerPayloadSchema ? "built-in" : "given as an object",
  );
  if (typeof source === "object" && source !== null) compiled.set(source, validator);
  return validator;
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
