import type { Issue } from "@wirekit/core";
import { memberPath } from "@wirekit/core/kit";
import type { ErrorObject } from "ajv";
import { pythonRepr } from "./python-repr.ts";

/** Longer texts are not shown. */
const maxShownLength = 40;

/**
 * What ajv found, in the words of Python's `jsonschema`, which the original reports: `'event_type' is a
 * required property`.
 *
 * What a message says about is not shown where it could be confidential, which is everything in the payload:
 * there it is "a string", not the string.
 */
export function schemaIssues(errors: readonly ErrorObject[], content: unknown): readonly Issue[] {
  return errors
    .filter((error) => !isExplainedByAnother(error, errors))
    .map((error) => issueOf(error, errors, content));
}

const extraPrefix = "Additional properties are not allowed";

/** The issues in one line, with the path where the sentence does not name it. */
export function describeSchemaIssues(issues: readonly Issue[]): string {
  return issues
    .filter((issue, index) => !isSameExtra(issue, issues[index - 1]))
    .map(({ path, message }) =>
      path === "" || message.includes(`'${path}'`) ? message : `${message} (at ${path})`,
    )
    .join("; ");
}

/** Fields that should not be there follow on each other, and share a sentence that names them all. */
function isSameExtra({ message }: Issue, previous: Issue | undefined): boolean {
  return message.startsWith(extraPrefix) && previous?.message === message;
}

function isExplainedByAnother(error: ErrorObject, errors: readonly ErrorObject[]): boolean {
  if (error.keyword === "if") return true;
  return errors.some(
    (other) =>
      // One of the alternatives, or one of the items; what counts is that none of them fits.
      (/^(anyOf|oneOf|contains)$/.test(other.keyword) &&
        error.schemaPath.startsWith(`${other.schemaPath}/`)) ||
      // A value of the wrong type is never the right one.
      (/^(enum|const)$/.test(error.keyword) &&
        other.keyword === "type" &&
        other.instancePath === error.instancePath),
  );
}

function issueOf(error: ErrorObject, errors: readonly ErrorObject[], content: unknown): Issue {
  const path = pathOf(error.instancePath, content);
  switch (error.keyword) {
    case "required":
    case "dependentRequired":
    case "dependencies":
      return { path: memberPath(path, error.params.missingProperty), message: describe(error, path) };
    case "additionalProperties":
    case "unevaluatedProperties": {
      const extra = errors
        .filter(
          ({ keyword, instancePath }) => keyword === error.keyword && instancePath === error.instancePath,
        )
        .map(({ params }) => String(params.additionalProperty ?? params.unevaluatedProperty));
      const own = String(error.params.additionalProperty ?? error.params.unevaluatedProperty);
      return { path: memberPath(path, own), message: describeExtra(extra) };
    }
    default:
      return { path, message: describe(error, path) };
  }
}

function describeExtra(names: readonly string[]): string {
  const verb = names.length === 1 ? "was" : "were";
  return `${extraPrefix} (${names.map(pythonRepr).join(", ")} ${verb} unexpected)`;
}

function describe(error: ErrorObject, path: string): string {
  const { keyword, params, schema } = error;
  const value = shown(error.data, path);
  switch (keyword) {
    case "required":
      return `${pythonRepr(params.missingProperty)} is a required property`;
    case "dependentRequired":
    case "dependencies":
      return `${pythonRepr(params.missingProperty)} is a dependency of ${pythonRepr(params.property)}`;
    case "type":
      return `${value} is not of type ${[schema].flat().map(pythonRepr).join(", ")}`;
    case "enum":
      return `${value} is not one of ${pythonRepr(schema)}`;
    case "const":
      return `${pythonRepr(schema)} was expected`;
    case "pattern":
      return `${value} does not match ${pythonRepr(schema)}`;
    case "minLength":
    case "minItems":
      return `${value} is too short`;
    case "maxLength":
    case "maxItems":
      return `${value} is too long`;
    case "minimum":
      return `${value} is less than the minimum of ${schema}`;
    case "exclusiveMinimum":
      return `${value} is less than or equal to the minimum of ${schema}`;
    case "maximum":
      return `${value} is greater than the maximum of ${schema}`;
    case "exclusiveMaximum":
      return `${value} is greater than or equal to the maximum of ${schema}`;
    case "multipleOf":
      return `${value} is not a multiple of ${schema}`;
    case "uniqueItems":
      return `${value} has non-unique elements`;
    case "minProperties":
      return `${value} does not have enough properties`;
    case "maxProperties":
      return `${value} has too many properties`;
    case "anyOf":
    case "oneOf":
      return params.passingSchemas
        ? `${value} is valid under more than one of the given schemas`
        : `${value} is not valid under any of the given schemas`;
    default:
      return `${value} ${error.message ?? `does not satisfy ${pythonRepr(keyword)}`}`;
  }
}

/** `value` as Python shows it, or only its kind where it could be confidential or long. */
function shown(value: unknown, path: string): string {
  if (value === null || typeof value === "boolean") return pythonRepr(value);
  const isEnvelope = path !== "" && !/^payload\b/.test(path);
  if (typeof value === "number") return isEnvelope ? pythonRepr(value) : "a number";
  if (typeof value === "string") {
    return isEnvelope && value.length <= maxShownLength ? pythonRepr(value) : "a string";
  }
  const kind = Array.isArray(value) ? "an array" : "an object";
  return isEnvelope && Object.keys(value as object).length === 0 ? pythonRepr(value) : kind;
}

/**
 * `/payload/items/0/price` as `payload.items[0].price`; what is an index and what a key, only the content can
 * tell.
 */
function pathOf(pointer: string, content: unknown): string {
  let path = "";
  let current = content;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    path = memberPath(path, Array.isArray(current) ? Number(key) : key);
    current = (current as Record<string, unknown> | undefined)?.[key];
  }
  return path;
}
