import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportedNames, exportsTable } from "./exported-names.ts";
import { publishablePackages } from "./publishable-packages.ts";

// `pnpm exports`
const own = join(import.meta.dirname, "..");
await mkdir(join(own, "exports"), { recursive: true });
for (const publishable of await publishablePackages(join(own, "../.."))) {
  const entries = await exportedNames(publishable);
  await writeFile(join(own, "exports", `${publishable.folderName}.txt`), exportsTable(entries));
  const count = entries.reduce((sum, { names }) => sum + names.length, 0);
  console.log(`${publishable.name}: ${count} names in ${entries.length} entries`);
}
