import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { sharedVectorFiles, vectorFiles, vectorObjectFiles } from "./files.ts";
import { readVectors, readVectorText, sharedVectorsFolder, vectorsFolder } from "./read-vectors.ts";

interface Case {
  readonly name: string;
}

const dataFolders = ["aws-messaging", "kiket", "kindo", "message-bus", "stellanow"];
const carried = dataFolders.flatMap((folder) => filesBelow(vectorsFolder, folder));

describe("the vectors that the repository carries", () => {
  it("are all listed, so that a name that is no file does not compile", () => {
    const listed = [...vectorFiles, ...vectorObjectFiles];
    expect(carried.filter((file) => file.endsWith(".json"))).toEqual(listed.toSorted());
  });

  it.each(vectorFiles.filter((file) => !file.startsWith("kiket/manifests/")))(
    "have cases with a name of their own: %s",
    (file) => {
      const names = readVectors<Case>(file).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it("have the manifest of each case", () => {
    const files = readVectors<{ readonly file: string }>("kiket/manifests/expected.json");
    for (const { file } of files)
      expect(typeof readVectorText(`kiket/manifests/${file as `${string}.yaml`}`)).toBe("string");
  });

  it("describe each other in the README", () => {
    const readme = readFileSync(join(vectorsFolder, "README.md"), "utf8");
    for (const file of [...vectorFiles, ...vectorObjectFiles].filter((name) => !name.includes("manifests")))
      expect(readme).toContain(`\`${file.split("/").at(-1)}\``);
  });
});

it("the copy equals the vectors beside the checkout", () => {
  if (!existsSync(sharedVectorsFolder)) {
    expect(process.env.WIREKIT_REQUIRE_SHARED).not.toBe("1");
    console.warn(`${sharedVectorsFolder} is not there: the copy is NOT COMPARED with it`);
    return;
  }
  const theirs = filesBelow(sharedVectorsFolder, ".");
  expect([...carried, ...sharedVectorFiles, "README.md", "originals.md"].sort()).toEqual(theirs);
  const differing = theirs
    .filter((file) => existsSync(join(vectorsFolder, file)))
    .filter((file) => !contentOf(vectorsFolder, file).equals(contentOf(sharedVectorsFolder, file)));
  expect(differing).toEqual([]);
});

function contentOf(folder: string, file: string): Buffer {
  return readFileSync(join(folder, file));
}

/** The files below a folder of `root`, by their paths from `root`, sorted. */
function filesBelow(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
