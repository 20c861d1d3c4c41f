import { createRequire } from "node:module";
import unit from "./index.js";

const require = createRequire(import.meta.url);

/**
 * The tests against real servers: `test/interop/*.interop.ts`. Two files side by side, because they wait for
 * servers most of the time; with time for an installation on first use.
 *
 * @type {import("jest").Config}
 */
export default {
  ...unit,
  testMatch: ["<rootDir>/test/interop/**/*.interop.ts"],
  testTimeout: 15 * 60_000,
  maxWorkers: 2,
  reporters: [
    "default",
    [require.resolve("./count-reporter.cjs"), { file: "counts-interop.json" }],
    require.resolve("./not-run-reporter.cjs"),
  ],
};
