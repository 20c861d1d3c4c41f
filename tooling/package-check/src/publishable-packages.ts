import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The parts of a `package.json` that are read here. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface PublishablePackage {
  readonly name: string;
  /** The folder's own name, `kindo-client`: that of its programs too. */
  readonly folderName: string;
  readonly folder: string;
  /** What a user writes after `from`: `@wirekit/core`, `@wirekit/core/http`. */
  readonly entries: readonly string[];
}

/** Every package of `packages/` that is not private, in the order of their names. */
export async function publishablePackages(root: string): Promise<readonly PublishablePackage[]> {
  const folderNames = (await readdir(join(root, "packages"))).sort();
  const found: PublishablePackage[] = [];
  for (const folderName of folderNames) {
    const folder = join(root, "packages", folderName);
    const manifest = await readManifest(folder);
    if (manifest.private === true) continue;
    found.push({ name: manifest.name, folderName, folder, entries: entriesOf(manifest) });
  }
  return found;
}

export async function readManifest(folder: string): Promise<PackageManifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as PackageManifest;
}

/** The code among the `exports`; a plain file such as `./package.json` is no entry. */
export function entriesOf({ name, exports = {} }: PackageManifest): readonly string[] {
  return Object.entries(exports)
    .filter(([, target]) => typeof target === "object" && target !== null)
    .map(([subpath]) => (subpath === "." ? name : `${name}${subpath.slice(1)}`));
}
