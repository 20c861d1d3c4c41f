import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { playDemo } from "../src/testing/index.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-screen-"));
  await writeFile(
    join(folder, "main.ts"),
    `const parameters: readonly string[] = process.argv.slice(2);
     console.log(parameters.join(" "));
     console.error("a complaint");
     process.exitCode = parameters.length;`,
  );
});

afterAll(() => rm(folder, { recursive: true }));

it("runs a program with its parameters, and tells its exit code and all that it wrote", async () => {
  const played = await playDemo(pathToFileURL(`${folder}/`), {
    program: "main.ts",
    parameters: ["--bus", "memory"],
  });
  expect(played).toEqual({ code: 2, stdout: "--bus memory\n", stderr: "a complaint\n" });
});
