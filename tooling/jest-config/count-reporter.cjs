const { mkdirSync, writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");

/**
 * Leaves the counts of a run, and why tests have failed, where `.ci/run` adds them up; a cached task brings
 * its file back with it.
 */
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
      failures: this.failuresOf(results),
      skips: this.skipsOf(results),
    };
    const directory = join(this.rootDir, "test-results");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, this.file), `${JSON.stringify(counts)}\n`);
  }

  failuresOf({ testResults }) {
    return testResults.flatMap(({ testFilePath, testResults: tests, testExecError, failureMessage }) => {
      const file = this.nameOf(testFilePath);
      const failed = tests
        .filter(({ status }) => status === "failed")
        .map(({ fullName, failureMessages }) => ({
          name: `${file}: ${fullName}`,
          message: failureMessages.join("\n"),
        }));
      if (testExecError === undefined || testExecError === null) return failed;
      return [{ name: `${file}: the suite could not be loaded`, message: failureMessage ?? "" }, ...failed];
    });
  }

  skipsOf({ testResults }) {
    return testResults.flatMap(({ testFilePath, testResults: tests }) =>
      tests
        .filter(({ status }) => status === "pending" || status === "todo")
        .map(({ fullName }) => `${this.nameOf(testFilePath)}: ${fullName}`),
    );
  }

  nameOf(testFilePath) {
    return relative(this.rootDir, testFilePath);
  }
};
