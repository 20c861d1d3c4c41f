import { createRequire } from "node:module";
import unit from "./index.js";

const require = createRequire(import.meta.url);

/**
 * The tests against real servers: `test/interop/*.interop.ts`. One file at a time, since a server is larger
 * than a test, and with time for an installation on first use.
 *
 * @type {import("jest").Config}
 */
export default {
  ...unit,
  testMatch: ["<rootDir>/test/interop/**/*.interop.ts"],
  testTimeout: 15 * 60_000,
  maxWorkers: 1,
  reporters: [
    "default",
    [require.resolve("./count-reporter.cjs"), { file: "counts-interop.json" }],
    require.resolve("./not-run-reporter.cjs"),
  ],
};
