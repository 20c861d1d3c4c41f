import { expect, it } from "@jest/globals";
import { entriesOf } from "./publishable-packages.ts";

it("takes the code among the exports for entries, and leaves plain files out", () => {
  const exports = { ".": { import: {} }, "./http": { import: {} }, "./package.json": "./package.json" };
  expect(entriesOf({ name: "@wirekit/core", version: "1.0.0", exports })).toEqual([
    "@wirekit/core",
    "@wirekit/core/http",
  ]);
});
