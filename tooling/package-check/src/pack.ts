import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { PublishablePackage } from "./publishable-packages.ts";
import { outputOf } from "./run-command.ts";

/**
 * Packs a package as it would be published, into a folder of its own, and returns the path of the tarball.
 */
export async function pack({ folder, folderName }: PublishablePackage, directory: string): Promise<string> {
  const destination = join(directory, folderName);
  await rm(destination, { recursive: true, force: true });
  await mkdir(destination, { recursive: true });
  await outputOf("pnpm", ["pack", "--pack-destination", destination], { cwd: folder });
  const tarball = (await readdir(destination)).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error(`pnpm pack left no tarball for ${folderName}`);
  return join(destination, tarball);
}
