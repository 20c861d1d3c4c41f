import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import getReleasePlan from "@changesets/get-release-plan";
import parseChangeset from "@changesets/parse";

/**
 * What is wrong with the changesets of a workspace, with the name of the file at fault.
 *
 * `changeset status` would stop at the first fault without naming its file, and it compares with the branch
 * `main`, which a shallow clone or a clone of another branch does not have. This reads the files as
 * `changeset version` does, and asks git nothing.
 */
export async function changesetFaults(root: string): Promise<readonly string[]> {
  const folder = join(root, ".changeset");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md") && name !== "README.md").sort();
  const faults: string[] = [];
  for (const name of names) {
    const fault = faultOf(await readFile(join(folder, name), "utf8"));
    if (fault !== undefined) faults.push(`.changeset/${name}: ${fault}`);
  }
  if (faults.length > 0) return faults;
  // The plan finds what only the whole can show: a package that is not in the workspace, for one.
  return getReleasePlan(root).then(
    () => [],
    (error: Error) => [error.message],
  );
}

function faultOf(text: string): string | undefined {
  try {
    const { releases, summary } = parseChangeset(text);
    if (releases.length === 0) return "names no package";
    return summary === "" ? "says nothing for the changelog" : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
