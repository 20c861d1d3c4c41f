import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { folderWith } from "../test/folder-with.ts";
import { checkContents } from "./package-contents.ts";

const sound = {
  "package.json": JSON.stringify({ name: "x", version: "1.0.0", dependencies: { undici: "^7.0.0" } }),
  LICENSE: "MIT",
  "README.md": "# x",
  "src/index.ts": "export {};",
  "dist/index.js": "export {};",
  "dist/index.js.map": JSON.stringify({ sources: ["../src/index.ts"] }),
};

async function check(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await folderWith(files);
  return checkContents(folder, { root: "/home/builder/wirekit", tarball: join(folder, "package.json") });
}

describe("the contents of a tarball", () => {
  it("pass when everything is there, and their size is shown", async () => {
    await expect(check(sound)).resolves.toEqual([expect.stringMatching(/^0\.1 kB packed, 6 files .*met/)]);
  });

  it.each(["LICENSE", "README.md"] as const)("fail without %s", async (name) => {
    const { [name]: _, ...rest } = sound;
    await expect(check(rest)).rejects.toThrow(`${name} is missing`);
  });

  it.each(["workspace:*", "catalog:", "link:../core", "file:../core"])(
    "fail with the range %s",
    async (range) => {
      const manifest = { name: "x", version: "1.0.0", dependencies: { "@wirekit/core": range } };
      await expect(check({ ...sound, "package.json": JSON.stringify(manifest) })).rejects.toThrow(
        `package.json asks for @wirekit/core@${range}`,
      );
    },
  );

  it("fail when a file names the folder it was built in", async () => {
    const files = { ...sound, "dist/index.js": "// from /home/builder/wirekit/packages/x" };
    await expect(check(files)).rejects.toThrow("dist/index.js names a path of the machine");
  });

  it("fail when a source map points at what is not shipped", async () => {
    const files = { ...sound, "dist/index.js.map": JSON.stringify({ sources: ["../src/gone.ts"] }) };
    await expect(check(files)).rejects.toThrow("dist/index.js.map points at ../src/gone.ts");
  });

  it("fail when a test is shipped", async () => {
    await expect(check({ ...sound, "src/index.test.ts": "" })).rejects.toThrow("src/index.test.ts is a test");
  });
});
