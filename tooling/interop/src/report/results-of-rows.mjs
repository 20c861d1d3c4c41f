/**
 * @typedef {import("../rows/row.ts").RowNote} RowNote
 * @typedef {import("../rows/row.ts").Row} Row
 * @typedef {import("../rows/row.ts").Counts} Counts
 *
 * What became of a row. `not-run`: it was registered, and nothing came of it; `not-published`: there was no
 * copy of the original.
 * @typedef {"passed" | "failed" | "not-run" | "not-published"} Result
 * @typedef {Omit<Row, "test"> & { result: Result, why?: string, counts: Counts }} RowResult
 */

/**
 * Puts together what test files wrote down of their rows and what Jest says of the tests.
 *
 * @param {readonly RowNote[]} notes
 * @param {ReadonlyMap<string, string>} statuses by the full name of the test
 * @returns {RowResult[]} in the order of their registration
 */
export function resultsOfRows(notes, statuses) {
  /** @type {Map<string, Counts>} */
  const counts = new Map();
  for (const note of notes) if (note.kind === "counted") counts.set(note.test, note.counts);
  return notes.flatMap((note) => (note.kind === "counted" ? [] : [resultOf(note, statuses, counts)]));
}

/**
 * @param {Exclude<RowNote, { kind: "counted" }>} note
 * @param {ReadonlyMap<string, string>} statuses
 * @param {ReadonlyMap<string, Counts>} counts
 * @returns {RowResult}
 */
function resultOf(note, statuses, counts) {
  const { test, ...row } = note.row;
  if (note.kind === "not-run") return { ...row, result: "not-run", why: note.why, counts: {} };
  if (note.kind === "not-published")
    return { ...row, result: "not-published", why: "not published, no copy given", counts: {} };
  const status = statuses.get(test);
  if (status === "passed") return { ...row, result: "passed", counts: counts.get(test) ?? {} };
  if (status === "failed") return { ...row, result: "failed", counts: {} };
  const why = status === undefined ? "its file came to no end" : "left out by a filter";
  return { ...row, result: "not-run", why, counts: {} };
}
