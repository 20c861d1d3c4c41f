import { ConfigError, type Issue } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import type { AnySchema, Options, ValidateFunction } from "ajv";
import { type JsonSchema, producerPayloadSchema } from "../wire/producer-schema.ts";
import { schemaIssues } from "./schema-issues.ts";

/** A schema as the user gives it: an object, or the path of a JSON file. */
export type SchemaSource = JsonSchema | string;

/** Checks messages against one schema. */
export interface MessageValidator {
  /** Whether the schema says something of what is inside a field, or only of the fields themselves. */
  readonly reach: "fields" | "whole";
  readonly check: SchemaCheck;
}

/**
 * Schemas that are given as objects, compiled. Held by the object, so that checking many messages against one
 * costs one compilation, and letting go of it lets go of what it was compiled to.
 */
const compiled = new WeakMap<JsonSchema, Promise<MessageValidator>>();

/**
 * The validator for a schema: the built-in one unless another is given. A file is read every time this is
 * called.
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

/** Says what is wrong with a value; nothing when it is valid. */
export type SchemaCheck = (content: unknown) => readonly Issue[];

const options: Options = {
  allErrors: true,
  verbose: true,
  // As in Python's `jsonschema`: keywords that are not known are annotations.
  strict: false,
  // As there: `format` only says what a text is meant to be.
  validateFormats: false,
  logger: false,
};

/**
 * Compiles a JSON Schema of draft-07, 2019-09 or 2020-12, as its `$schema` says; without one it is taken for
 * 2020-12.
 *
 * @param name what errors call the schema: the path of its file, or "the schema".
 * @throws ConfigError when it is no schema, or refers to one that is not within it.
 */
export async function compileSchema(schema: unknown, name: string): Promise<SchemaCheck> {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw unusable(name, "must be a JSON Schema, which is an object");
  }
  const validate = await compile(schema, name);
  return (content) => {
    if (validate(content)) return [];
    return schemaIssues(validate.errors ?? [], content);
  };
}

async function compile(schema: object, name: string): Promise<ValidateFunction> {
  const dialect = "$schema" in schema ? String(schema.$schema) : "2020-12";
  const ajv = await compilerFor(dialect, name);
  try {
    const validate = ajv.compile(schema as AnySchema);
    if (!("$async" in validate)) return validate;
  } catch (thrown) {
    throw unusable(name, `is not valid: ${messageOf(thrown)}`, thrown);
  }
  throw unusable(name, "must not be asynchronous ($async)");
}

async function compilerFor(dialect: string, name: string) {
  const Compiler = await compilerClass(dialect);
  if (Compiler === undefined) throw unusable(name, "has a $schema other than draft-07, 2019-09 and 2020-12");
  return new Compiler(options);
}

async function compilerClass(dialect: string) {
  if (dialect.includes("2020-12")) return (await import("ajv/dist/2020.js")).Ajv2020;
  if (dialect.includes("2019-09")) return (await import("ajv/dist/2019.js")).Ajv2019;
  if (dialect.includes("draft-07")) return (await import("ajv")).Ajv;
  return undefined;
}

function unusable(name: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError([{ path: "schema", message: `(${name}) ${message}` }], { cause });
}
