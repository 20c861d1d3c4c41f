import Table from "cli-table3";

/** @typedef {import("./results-of-rows.mjs").RowResult} RowResult */

/**
 * The table at the end of a run, a line for each row, and a line that adds them up.
 *
 * @param {readonly RowResult[]} rows
 */
export function rowsTable(rows) {
  const table = new Table({
    head: ["pair", "on", "direction", "what", "result", "counts"],
    style: { head: [], border: [] },
    chars: plainChars,
  });
  for (const { ours, theirs, on, direction, title, result, why, counts } of rows)
    table.push([`${ours} | ${theirs}`, on, direction, title, resultText(result, why), countsText(counts)]);
  const left = rows
    .filter(({ result }) => result === "not-run")
    .map(({ ours, theirs, on, title, why }) => `NOT RUN: ${ours} | ${theirs} on ${on}: ${title}: ${why}\n`);
  return `${table.toString()}\n\n${left.join("")}${totals(rows)}\n`;
}

/**
 * @param {RowResult["result"]} result
 * @param {string | undefined} why
 */
function resultText(result, why) {
  if (result === "passed") return "ok";
  if (result === "failed") return "FAILED";
  if (result === "not-published") return why ?? "";
  return "NOT RUN";
}

/** @param {RowResult["counts"]} counts */
function countsText(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

/** @param {readonly RowResult[]} rows */
function totals(rows) {
  /** @param {RowResult["result"]} wanted */
  const count = (wanted) => rows.filter(({ result }) => result === wanted).length;
  const parts = [`${rows.length} rows`, `${count("passed")} ok`, `${count("failed")} failed`];
  parts.push(`${count("not-run")} not run`, `${count("not-published")} not published and no copy given`);
  return parts.join(", ");
}

const plainChars = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "" },
  ...{ right: "", "right-mid": "", middle: "  " },
};
