import { expect, it } from "@jest/globals";
import { countByOwner, moduleOwner } from "./module-owner.ts";

it("names the package that a file is installed in", () => {
  expect(moduleOwner("/tmp/x/node_modules/undici/lib/pool.js")).toBe("undici");
  expect(moduleOwner("/tmp/x/node_modules/@wirekit/core/dist/index.js")).toBe("@wirekit/core");
});

it("names the inner one of two that are nested", () => {
  expect(moduleOwner("/x/node_modules/@wirekit/core/node_modules/undici/index.js")).toBe("undici");
});

it("reads a Windows path too", () => {
  expect(moduleOwner("C:\\x\\node_modules\\ajv\\dist\\ajv.js")).toBe("ajv");
});

it("knows no owner outside of node_modules", () => {
  expect(moduleOwner("/tmp/consumer/load-entry.mjs")).toBeUndefined();
});

it("counts the files of each owner", () => {
  const files = ["/node_modules/a/1.js", "/node_modules/a/2.js", "/node_modules/b/1.js", "/own.js"];
  expect([...countByOwner(files)]).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});
