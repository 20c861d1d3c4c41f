const { mkdirSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

/** Leaves the counts of a run where `.ci/run` adds them up; a cached task brings its file back with it. */
module.exports = class CountReporter {
  constructor(globalConfig) {
    this.rootDir = globalConfig.rootDir;
  }

  onRunComplete(_contexts, results) {
    const { numPassedTests: passed, numFailedTests: failed, numFailedTestSuites } = results;
    const skipped = results.numPendingTests + results.numTodoTests;
    // A suite that could not even load has no failed test in it, but it is a failure all the same.
    const broken = results.numRuntimeErrorTestSuites ?? 0;
    const directory = join(this.rootDir, "test-results");
    mkdirSync(directory, { recursive: true });
    const counts = { passed, failed: failed + broken, skipped, failedSuites: numFailedTestSuites };
    writeFileSync(join(directory, "counts.json"), `${JSON.stringify(counts)}\n`);
  }
};
