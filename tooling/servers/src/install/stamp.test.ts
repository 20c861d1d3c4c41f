import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { readStamp, writeStamp } from "./stamp.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "wirekit-stamp-"));
  await mkdir(join(directory, "lib"));
  await writeFile(join(directory, "lib", "a.jar"), "four");
  await writeFile(join(directory, "program"), "seven77");
});
afterEach(() => rm(directory, { recursive: true }));

const facts = { program: "kafka", versions: { kafka: "3.9.2" }, tookMs: 1_200 };

it("a whole installation says what it is", async () => {
  expect(await writeStamp(directory, facts)).toEqual({ ...facts, files: 2, bytes: 11 });
  expect(await readStamp(directory)).toEqual({ ...facts, files: 2, bytes: 11 });
});

it("a half one says nothing", async () => {
  expect(await readStamp(directory)).toBeUndefined();
  expect(await readStamp(join(directory, "nowhere"))).toBeUndefined();
});

it.each([
  ["lost a file", () => rm(join(directory, "lib", "a.jar"))],
  ["lost the end of a file", () => truncate(join(directory, "lib", "a.jar"), 1)],
  ["gained a file", () => writeFile(join(directory, "lib", "b.jar"), "")],
  ["has a stamp that was cut off", () => truncate(join(directory, "wirekit-stamp.json"), 20)],
  ["has a stamp of something else", () => writeFile(join(directory, "wirekit-stamp.json"), "{}")],
])("one that %s is broken", async (_fault, happen) => {
  await writeStamp(directory, facts);
  await happen();
  expect(await readStamp(directory)).toBeUndefined();
});

it("one whose link leads nowhere any more is broken", async () => {
  const interpreter = join(directory, "..", `${directory.split("/").at(-1)}-python`);
  await writeFile(interpreter, "the system's");
  await symlink(interpreter, join(directory, "python"));
  await writeStamp(directory, facts);
  expect(await readStamp(directory)).toBeDefined();
  await rm(interpreter);
  expect(await readStamp(directory)).toBeUndefined();
});

it("byte code that Python wrote while it ran breaks nothing", async () => {
  await writeStamp(directory, facts);
  await mkdir(join(directory, "lib", "__pycache__"));
  await writeFile(join(directory, "lib", "__pycache__", "a.pyc"), "code");
  expect(await readStamp(directory)).toBeDefined();
});
