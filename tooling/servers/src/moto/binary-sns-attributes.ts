import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Correction } from "../install/python.ts";

/** The line in which moto 5.2.5 takes up a binary attribute; its value is in base64 there. */
const line = /^( *)attr_type = "BinaryValue"$/m;

/**
 * moto 5.2.5 passes a binary SNS attribute to a raw SQS subscription still in base64, and receiving that
 * message fails with
 * 500. Its value is decoded here.
 */
export const binarySnsAttributes: Correction = {
  name: "binary SNS attributes",
  apply: async (directory) => {
    const libraries = join(directory, "lib");
    const [version] = (await readdir(libraries)).filter((name) => name.startsWith("python3"));
    const path = join(libraries, version ?? "", "site-packages", "moto", "sns", "models.py");
    const source = await readFile(path, "utf8");
    if (!line.test(source)) throw new Error("moto's SNS no longer has the line that had to be corrected");
    const decode = 'type_value = __import__("base64").b64decode(type_value)';
    await writeFile(
      path,
      source.replace(line, (found, indent: string) => `${found}\n${indent}${decode}`),
    );
  },
};
