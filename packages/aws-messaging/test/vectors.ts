import { readFileSync } from "node:fs";

/** The cases of a file in `tooling/vectors`. */
export function readVectors<Case>(file: string): readonly Case[] {
  const url = new URL(`../../../tooling/vectors/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Case[];
}
