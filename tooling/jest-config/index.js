import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  // The sources themselves are tested: no build has to run first, and no stale one can be tested by mistake.
  testEnvironmentOptions: { customExportConditions: ["@wirekit/source", "node", "node-addons"] },
  extensionsToTreatAsEsm: [".ts"],
  testMatch: ["<rootDir>/{src,test}/**/*.test.ts"],
  transform: {
    "\\.ts$": [
      require.resolve("@swc/jest"),
      {
        jsc: {
          target: "es2022",
          parser: { syntax: "typescript", decorators: true },
          transform: { decoratorVersion: "2022-03" },
        },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
  // Shared machines are slow at times; what hangs is still found.
  testTimeout: 60_000,
  reporters: ["default", require.resolve("./count-reporter.cjs")],
  coverageProvider: "v8",
  collectCoverageFrom: ["src/**/*.ts", "!src/**/*.test.ts"],
};
