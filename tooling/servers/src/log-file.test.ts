import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { lastLines, readFrom, sizeOf } from "./log-file.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "wirekit-log-"));
});
afterAll(() => rm(directory, { recursive: true }));

it("reads what was written after a point", async () => {
  const path = join(directory, "one.log");
  expect(await sizeOf(path)).toBe(0);
  expect(await readFrom(path)).toBe("");
  await appendFile(path, "first start\n");
  const offset = await sizeOf(path);
  await appendFile(path, "second start\n");
  expect(await readFrom(path, offset)).toBe("second start\n");
  expect(await readFrom(path)).toBe("first start\nsecond start\n");
});

it("reads only the end of a log that has grown large", async () => {
  const path = join(directory, "large.log");
  await appendFile(path, `${"x".repeat(6 * 1024 * 1024)}\nthe end\n`);
  const text = await readFrom(path);
  expect(text.length).toBeLessThan(5 * 1024 * 1024);
  expect(text.endsWith("the end\n")).toBe(true);
});

it("shows the last lines that say something, and no secret", () => {
  const log = "one\n\ntwo: hunter2\r\n   \nthree: hunter2 and hunter2\n";
  expect(lastLines(log, 2, ["hunter2", ""])).toBe("two: [redacted]\nthree: [redacted] and [redacted]");
  expect(lastLines("", 5)).toBe("");
});
