import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { sharedVectorFiles, vectorFiles, vectorObjectFiles } from "./files.ts";

export type VectorFile = (typeof vectorFiles)[number];
export type SharedVectorFile = (typeof sharedVectorFiles)[number];
export type VectorTextFile =
  | VectorFile
  | (typeof vectorObjectFiles)[number]
  | `kiket/manifests/${string}.yaml`;

/** This package's folder, `tooling/vectors`. */
export const vectorsFolder = join(import.meta.dirname, "..");

/** The vectors beside the checkout, or where `WIREKIT_SHARED` says. */
export const sharedVectorsFolder = join(
  process.env.WIREKIT_SHARED ?? join(vectorsFolder, "../../../shared"),
  "vectors",
);

/** The cases of a file that the repository carries. The README says what a case of each file holds. */
export function readVectors<Case>(file: VectorFile): readonly Case[] {
  return JSON.parse(readVectorText(file)) as readonly Case[];
}

/** A file as it stands: one that is not JSON, or that holds no list of cases. */
export function readVectorText(file: VectorTextFile): string {
  return readFileSync(join(vectorsFolder, file), "utf8");
}

/**
 * The cases of a file that belongs to others, from beside the checkout.
 *
 * @returns `undefined`, with a warning, when the file is not there; with `WIREKIT_REQUIRE_SHARED=1` that is
 * an error.
 */
export function readSharedVectors<Case>(file: SharedVectorFile): readonly Case[] | undefined {
  const path = join(sharedVectorsFolder, file);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as readonly Case[];
  const message = `${path} is not there: its cases are NOT TESTED`;
  if (process.env.WIREKIT_REQUIRE_SHARED === "1") throw new Error(message);
  console.warn(message);
  return undefined;
}
