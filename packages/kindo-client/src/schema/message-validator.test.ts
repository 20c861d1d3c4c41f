import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { messageValidator } from "./message-validator.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kindo-schema-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

it("reads a schema from a file, with a byte order mark or without", async () => {
  for (const mark of ["", "\uFEFF"]) {
    const { check } = await messageValidator(await file("ok.json", `${mark}{"required": ["a"]}`));
    expect(check({}).map(({ path }) => path)).toEqual(["a"]);
  }
});

it("compiles a schema that is given as an object once", async () => {
  const schema = { type: "object" };
  expect(await messageValidator(schema)).toBe(await messageValidator(schema));
  expect(await messageValidator()).toBe(await messageValidator());
});

it("names the file that is not there, that is no file, and that is no JSON", async () => {
  const missing = join(directory, "missing.json");
  await expect(messageValidator(missing)).rejects.toThrow(`schema (${missing}) cannot be read: ENOENT`);
  await expect(messageValidator(directory)).rejects.toThrow(`schema (${directory}) cannot be read: EISDIR`);
  const notJson = await file("not.json", "AWS_SECRET_ACCESS_KEY=hidden");
  const error: unknown = await messageValidator(notJson).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: `Invalid configuration: schema (${notJson}) is not JSON` });
  expect(error).not.toHaveProperty("cause");
});

it.each([[42], [null], [true]])("refuses %p, which is neither a schema nor a path", async (source) => {
  await expect(messageValidator(source as never)).rejects.toThrow("must be a JSON Schema");
});
