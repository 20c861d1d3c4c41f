import { access, readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { Remarks } from "./checks.ts";
import { type PackageManifest, readManifest } from "./publishable-packages.ts";

const maxPackedKilobytes = 60;
const workspaceOnly = /^(workspace|catalog|link|file|portal):/;
const text = /\.(c|m)?(js|ts|json)$|\.(map|md)$/;

/**
 * Checks what was installed from a tarball: the licence and the README are there, nothing points into the
 * workspace or at the machine that built it, and every source map finds the sources that are shipped.
 */
export async function checkContents(
  installed: string,
  { root, tarball }: { readonly root: string; readonly tarball: string },
): Promise<Remarks> {
  const files = await filesBelow(installed);
  const faults = [
    ...["LICENSE", "README.md"].filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...files.filter((name) => /\.test\./.test(name)).map((name) => `${name} is a test`),
    ...unpublishableRanges(await readManifest(installed)),
    ...(await machinePaths(installed, files, [root, `${homedir()}/`])),
    ...(await lostSources(installed, files)),
  ];
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return [sizeRemark((await stat(tarball)).size, files.length)];
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith("node_modules"));
}

/** Dependencies that only resolve inside the workspace: npm refuses them, or worse, takes them for a tag. */
export function unpublishableRanges(manifest: PackageManifest): readonly string[] {
  const groups = [manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies];
  return groups
    .flatMap((group) => Object.entries(group ?? {}))
    .filter(([, range]) => workspaceOnly.test(range))
    .map(([name, range]) => `package.json asks for ${name}@${range}`);
}

async function machinePaths(
  folder: string,
  files: readonly string[],
  paths: readonly string[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const name of files.filter((file) => text.test(file))) {
    const content = await readFile(join(folder, name), "utf8");
    if (paths.some((path) => content.includes(path)))
      faults.push(`${name} names a path of the machine that built it`);
  }
  return faults;
}

async function lostSources(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const name of files.filter((file) => file.endsWith(".map"))) {
    const map = JSON.parse(await readFile(join(folder, name), "utf8")) as { sources: readonly string[] };
    for (const source of map.sources) {
      const found = await exists(join(folder, dirname(name), source));
      if (!found) faults.push(`${name} points at ${source}, which is not in the package`);
    }
  }
  return faults;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function sizeRemark(bytes: number, files: number): string {
  const kilobytes = bytes / 1000;
  const verdict = kilobytes <= maxPackedKilobytes ? "met" : "NOT MET";
  return `${kilobytes.toFixed(1)} kB packed, ${files} files (goal: ${maxPackedKilobytes} kB, ${verdict})`;
}
