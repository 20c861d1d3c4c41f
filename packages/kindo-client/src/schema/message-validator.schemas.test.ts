import { describe, expect, it } from "@jest/globals";
import { compileSchema } from "./message-validator.ts";
import { describeSchemaIssues } from "./schema-issues.ts";

/** What is wrong with `content`, as "path: sentence". */
async function issuesOf(schema: unknown, content: unknown): Promise<readonly string[]> {
  const validate = await compileSchema(schema, "test");
  return validate(content).map(({ path, message }) => `${path}: ${message}`);
}

describe("issues are in the words of jsonschema, each with its path:", () => {
  const inEnvelope = (schema: object) => ({ type: "object", properties: { field: schema } });

  it.each<[string, object, unknown, string]>([
    ["type", { type: "string" }, 1, "1 is not of type 'string'"],
    ["several types", { type: ["string", "null"] }, 1, "1 is not of type 'string', 'null'"],
    ["enum", { enum: ["a", 1] }, "b", "'b' is not one of ['a', 1]"],
    ["type before enum", { type: "string", enum: ["a"] }, null, "None is not of type 'string'"],
    ["const", { const: "a" }, "b", "'a' was expected"],
    ["pattern", { pattern: "^a" }, "b", "'b' does not match '^a'"],
    ["minLength", { minLength: 2 }, "b", "'b' is too short"],
    ["maxLength", { maxLength: 0 }, "b", "'b' is too long"],
    ["minimum", { minimum: 2 }, 1, "1 is less than the minimum of 2"],
    ["exclusiveMinimum", { exclusiveMinimum: 1 }, 1, "1 is less than or equal to the minimum of 1"],
    ["maximum", { maximum: 2 }, 3, "3 is greater than the maximum of 2"],
    ["exclusiveMaximum", { exclusiveMaximum: 3 }, 3, "3 is greater than or equal to the maximum of 3"],
    ["multipleOf", { multipleOf: 2 }, 3, "3 is not a multiple of 2"],
    ["minItems", { minItems: 1 }, [], "[] is too short"],
    ["maxItems", { maxItems: 0 }, [1], "an array is too long"],
    ["uniqueItems", { uniqueItems: true }, [1, 1], "an array has non-unique elements"],
    ["minProperties", { minProperties: 1 }, {}, "{} does not have enough properties"],
    ["maxProperties", { maxProperties: 0 }, { a: 1 }, "an object has too many properties"],
    [
      "anyOf",
      { anyOf: [{ type: "null" }, { minimum: 5 }] },
      1,
      "1 is not valid under any of the given schemas",
    ],
    ["oneOf, none", { oneOf: [{ type: "null" }] }, 1, "1 is not valid under any of the given schemas"],
    ["oneOf, two", { oneOf: [{}, true] }, 1, "1 is valid under more than one of the given schemas"],
    ["not", { not: {} }, 1, "1 must NOT be valid"],
    ["contains", { contains: { const: 1 } }, [2], "an array must contain at least 1 valid item(s)"],
  ])("%s", async (_keyword, schema, value, sentence) => {
    expect(await issuesOf(inEnvelope(schema), { field: value })).toEqual([`field: ${sentence}`]);
  });

  it("required, at the path of what is missing", async () => {
    const schema = { properties: { payload: { properties: { items: { items: { required: ["price"] } } } } } };
    expect(await issuesOf(schema, { payload: { items: [{ price: 1 }, {}] } })).toEqual([
      "payload.items[1].price: 'price' is a required property",
    ]);
  });

  it("dependent fields", async () => {
    const issues = ["b: 'b' is a dependency of 'a'"];
    expect(await issuesOf({ dependentRequired: { a: ["b"] } }, { a: 1 })).toEqual(issues);
    const draft07 = { $schema: "http://json-schema.org/draft-07/schema#", dependencies: { a: ["b"] } };
    expect(await issuesOf(draft07, { a: 1 })).toEqual(issues);
  });

  it("every unknown field at its own path, and all of them in one sentence", async () => {
    const validate = await compileSchema({ properties: { a: {} }, additionalProperties: false }, "test");
    const issues = validate({ a: 1, b: 2, "odd key": 3 });
    expect(issues.map(({ path }) => path)).toEqual(["b", '["odd key"]']);
    expect(describeSchemaIssues(issues)).toBe(
      "Additional properties are not allowed ('b', 'odd key' were unexpected)",
    );
  });

  it("keys that look like indices, and keys that a pointer escapes", async () => {
    const schema = { additionalProperties: { additionalProperties: { type: "string" } } };
    expect(await issuesOf(schema, { "a/b~c": { "0": 1 } })).toEqual([
      '["a/b~c"]["0"]: 1 is not of type \'string\'',
    ]);
  });
});

it("lists everything that is wrong, with the path where the sentence does not name it", async () => {
  const schema = { required: ["a"], properties: { b: { type: "string" }, c: { items: { type: "string" } } } };
  const validate = await compileSchema(schema, "test");
  expect(describeSchemaIssues(validate({ b: 2, c: ["x", 2] }))).toBe(
    "'a' is a required property; 2 is not of type 'string' (at b); 2 is not of type 'string' (at c[1])",
  );
});

describe("what could be confidential is not shown:", () => {
  it.each<[string, unknown, string]>([
    ["a text in the payload", { payload: { card: "4111111111111111" } }, "a string is not of type 'boolean'"],
    ["a number in the payload", { payload: { card: 4111111111111111 } }, "a number is not of type 'boolean'"],
    ["a payload that is a text", { payload: "secret text" }, "a string is not of type 'object'"],
    ["a long text outside", { event_type: "x".repeat(41) }, "a string is not of type 'boolean'"],
    ["an object outside", { event_type: { card: "4111" } }, "an object is not of type 'boolean'"],
  ])("%s", async (_name, content, sentence) => {
    const schema = {
      properties: {
        event_type: { type: "boolean" },
        payload: { type: "object", properties: { card: { type: "boolean" } } },
      },
    };
    const [issue = ""] = await issuesOf(schema, content);
    expect(issue).toMatch(new RegExp(`: ${sentence}$`));
  });

  it("a whole message that is no object", async () => {
    expect(await issuesOf({ type: "object" }, '{"card": 4111}')).toEqual([
      ": a string is not of type 'object'",
    ]);
  });
});

describe("a schema", () => {
  it.each([
    ["draft-07", { $schema: "http://json-schema.org/draft-07/schema#", items: [{ const: 1 }] }],
    ["2019-09", { $schema: "https://json-schema.org/draft/2019-09/schema", items: [{ const: 1 }] }],
    ["2020-12", { $schema: "https://json-schema.org/draft/2020-12/schema", prefixItems: [{ const: 1 }] }],
    ["no draft, which is taken for 2020-12", { prefixItems: [{ const: 1 }] }],
  ])("of %s is understood", async (_draft, schema) => {
    expect(await issuesOf(schema, [1])).toEqual([]);
    expect(await issuesOf(schema, [2])).toEqual(["[0]: 1 was expected"]);
  });

  it("may hold keywords and formats that nobody knows", async () => {
    expect(
      await issuesOf({ example: "x", format: "made-up", properties: { a: { "x-owner": 1 } } }, {}),
    ).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["is no object", "text", "must be a JSON Schema, which is an object"],
    ["is an array", [], "must be a JSON Schema, which is an object"],
    ["breaks the rules of schemas", { type: "strin" }, "is not valid: schema is invalid: data/type must be"],
    ["has a pattern that is none", { pattern: "(" }, "is not valid: "],
    [
      "refers to another one",
      { $ref: "https://example.com/other.json" },
      "is not valid: can't resolve reference",
    ],
    [
      "is of an older draft",
      { $schema: "http://json-schema.org/draft-04/schema#" },
      "has a $schema other than",
    ],
    ["is asynchronous", { $async: true }, "must not be asynchronous"],
  ])("that %s is refused by name", async (_name, schema, problem) => {
    await expect(compileSchema(schema, "my.json")).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringContaining(`schema (my.json) ${problem}`),
    });
  });
});

it.each([
  ["http://json-schema.org/draft-07/schema#"],
  ["https://json-schema.org/draft/2019-09/schema"],
  ["https://json-schema.org/draft/2020-12/schema"],
])("asserts no format of %s, as the original's validator does not", async ($schema) => {
  const formats = ["email", "date-time", "uri", "uuid", "ipv4", "int32", "no-such-format"];
  const properties = Object.fromEntries(formats.map((format) => [format, { format }]));
  const content = Object.fromEntries(formats.map((format) => [format, "not of this form"]));
  expect(await issuesOf({ $schema, properties }, content)).toEqual([]);
  expect(
    await issuesOf({ $schema, properties: { at: { type: "string", format: "date" } } }, { at: 1 }),
  ).toEqual(["at: 1 is not of type 'string'"]);
});
