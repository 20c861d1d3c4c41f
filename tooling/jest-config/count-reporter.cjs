const { mkdirSync, writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");

/** Leaves the counts of a run where `.ci/run` adds them up; a cached task brings its file back with it. */
module.exports = class CountReporter {
  /** @param options `file`: a name of its own for each tier of tests. */
  constructor(globalConfig, { file = "counts.json" } = {}) {
    this.rootDir = globalConfig.rootDir;
    this.file = file;
  }

  onRunComplete(_contexts, results) {
    // A suite that could not even load has no failed test in it, but it is a failure all the same.
    const broken = results.numRuntimeErrorTestSuites ?? 0;
    const counts = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + broken,
      skipped: results.numPendingTests + results.numTodoTests,
      failures: this.namesOf(results, ["failed"]),
      skips: this.namesOf(results, ["pending", "todo"]),
    };
    const directory = join(this.rootDir, "test-results");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, this.file), `${JSON.stringify(counts)}\n`);
  }

  namesOf({ testResults }, states) {
    return testResults.flatMap(({ testFilePath, testResults: tests, testExecError }) => {
      const file = relative(this.rootDir, testFilePath);
      const unloaded = testExecError !== undefined && testExecError !== null && states.includes("failed");
      const names = tests
        .filter(({ status }) => states.includes(status))
        .map(({ fullName }) => `${file}: ${fullName}`);
      return unloaded ? [`${file}: the suite could not be loaded`, ...names] : names;
    });
  }
};
