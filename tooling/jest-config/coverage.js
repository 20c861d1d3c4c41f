/**
 * Adds to a configuration that every statement of the package is tested. It holds for a run of the whole
 * package: one that names files, or tests, measures nothing, because it could not reach that.
 *
 * @param {import("jest").Config} config
 * @returns {import("jest").Config}
 */
export function withEveryStatementTested(config) {
  const isWhole = process.argv.slice(2).every((option) => option.startsWith("-"));
  if (!isWhole) return config;
  return {
    ...config,
    collectCoverage: true,
    coverageReporters: ["text-summary", "json-summary"],
    coverageThreshold: { global: { statements: 100 } },
  };
}
