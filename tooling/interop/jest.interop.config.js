import interop from "@wirekit/jest-config/interop";

/** @type {import("jest").Config} */
export default {
  ...interop,
  reporters: [...(interop.reporters ?? []), "<rootDir>/src/report/rows-reporter.mjs"],
};
