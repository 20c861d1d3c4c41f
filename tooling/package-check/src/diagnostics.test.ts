import { describe, expect, it } from "@jest/globals";
import { parseDiagnostics, sortDiagnostics } from "./diagnostics.ts";

const printed = [
  "types/entries.mts(2,25): error TS2306: File 'x.d.ts' is not a module.",
  "  The file is in the program because it is imported.",
  "node_modules/@wirekit/core/dist/index.d.ts(8,3): error TS2550: Property 'asyncDispose' does not exist.",
  "node_modules/undici/types/client.d.ts(1,21): error TS2307: Cannot find module 'stream'.",
  "node_modules/@wirekit/core/node_modules/undici/index.d.ts(1,2): error TS2307: Cannot find module 'net'.",
  "error TS2688: Cannot find type definition file for 'node'.",
  "",
].join("\n");

describe("the compiler's errors", () => {
  const { ours, theirs } = sortDiagnostics(parseDiagnostics(printed));

  it("are ours in a program, in our declarations, and in the options", () => {
    expect(ours.map((text) => /TS\d+/.exec(text)?.[0])).toEqual(["TS2306", "TS2550", "TS2688"]);
  });

  it("are a dependency's in its own files, also where it is installed below one of our packages", () => {
    expect(theirs).toHaveLength(2);
    expect(theirs.every((text) => text.includes("undici"))).toBe(true);
  });
});

it("finds no error in what a clean run prints", () => {
  expect(parseDiagnostics("\n")).toEqual([]);
});
