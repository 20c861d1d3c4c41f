import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PublishablePackage } from "./publishable-packages.ts";
import { outputOf } from "./run-command.ts";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const npmOptions = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];

/** A program to run against an installed package: `programs/<package>/<name>.mjs`. */
export interface Program {
  readonly packageName: string;
  /** Relative to the consumer's folder. */
  readonly file: string;
}

/** An empty project: the loaders, the programs, and a typed file that imports every entry. */
export async function writeConsumer(
  consumer: string,
  packages: readonly PublishablePackage[],
): Promise<readonly Program[]> {
  await mkdir(join(consumer, "types"), { recursive: true });
  await writeFile(join(consumer, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  await cp(join(here, "consumer"), consumer, { recursive: true });
  await writeTyped(consumer, "entries", importEverything(packages));
  const programs: Program[] = [];
  for (const { name, folderName } of packages) {
    for (const file of await programFiles(folderName)) {
      const source = join(here, "programs", folderName, file);
      if (file.endsWith(".ts"))
        await writeTyped(consumer, `${folderName}-${file.slice(0, -3)}`, await readFile(source, "utf8"));
      if (!file.endsWith(".mjs")) continue;
      await cp(source, join(consumer, "programs", folderName, file));
      programs.push({ packageName: name, file: join("programs", folderName, file) });
    }
  }
  return programs;
}

/** All tarballs in one call, so that one which needs another gets the tarball and not a published version. */
export async function installTarballs(consumer: string, tarballs: readonly string[]): Promise<void> {
  await outputOf("npm", ["install", ...npmOptions, ...tarballs], { cwd: consumer });
}

export async function installNodeTypes(consumer: string): Promise<void> {
  await outputOf("npm", ["install", ...npmOptions, "--save-dev", "@types/node@20"], { cwd: consumer });
}

async function programFiles(folderName: string): Promise<readonly string[]> {
  const folders = await readdir(join(here, "programs"));
  if (!folders.includes(folderName)) return [];
  return (await readdir(join(here, "programs", folderName))).sort();
}

function importEverything(packages: readonly PublishablePackage[]): string {
  const entries = packages.flatMap((publishable) => publishable.entries);
  const imports = entries.map((entry, index) => `import * as entry${index} from "${entry}";`);
  const names = entries.map((_, index) => `entry${index}`);
  return `${imports.join("\n")}\n\nexport { ${names.join(", ")} };\n`;
}

/** Once as ESM and once as CommonJS: the same text, resolved against two sets of declarations. */
async function writeTyped(consumer: string, name: string, text: string): Promise<void> {
  await writeFile(join(consumer, "types", `${name}.mts`), text);
  await writeFile(join(consumer, "types", `${name}.cts`), text);
}
