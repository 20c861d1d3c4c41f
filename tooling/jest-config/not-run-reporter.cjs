/**
 * Names at the very end of a run what was not run: among a thousand lines of a log, a skipped test is easily
 * overlooked.
 */
module.exports = class NotRunReporter {
  onRunComplete(_contexts, results) {
    const tests = results.testResults.flatMap((file) => file.testResults);
    const left = tests.filter(({ status }) => status === "pending" || status === "todo");
    if (left.length === 0) return;
    const groups = new Set(left.map(({ ancestorTitles: [group], fullName }) => group ?? fullName));
    process.stderr.write(
      `\nNOT RUN (${left.length} tests):\n${[...groups].map((name) => `  ${name}\n`).join("")}\n`,
    );
  }
};
