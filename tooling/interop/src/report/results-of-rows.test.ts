import { expect, it } from "@jest/globals";
import type { Row, RowNote } from "../rows/row.ts";
import { resultsOfRows } from "./results-of-rows.mjs";
import { rowsTable } from "./rows-table.mjs";

const row = (test: string): Row => ({
  ours: "aws-messaging",
  theirs: "boto3",
  on: "moto",
  direction: "ours -> theirs",
  title: test,
  test,
});

const notes: readonly RowNote[] = [
  { kind: "registered", row: row("works") },
  { kind: "registered", row: row("fails") },
  { kind: "registered", row: row("was lost") },
  { kind: "not-run", row: row("cannot run"), why: "moto needs Python" },
  { kind: "not-published", row: row("has no copy") },
  { kind: "counted", test: "works", counts: { sent: 3, received: 3 } },
];
const statuses = new Map([
  ["works", "passed"],
  ["fails", "failed"],
  ["cannot run", "pending"],
]);

it("a row has passed only where its test has, and keeps what it counted", () => {
  expect(resultsOfRows(notes, statuses).map(({ title, result, counts }) => [title, result, counts])).toEqual([
    ["works", "passed", { sent: 3, received: 3 }],
    ["fails", "failed", {}],
    ["was lost", "not-run", {}],
    ["cannot run", "not-run", {}],
    ["has no copy", "not-published", {}],
  ]);
});

it("the table says why something did not run, and adds up", () => {
  const table = rowsTable(resultsOfRows(notes, statuses));
  for (const part of [
    "sent 3, received 3",
    "FAILED",
    "was lost: its file came to no end",
    "cannot run: moto needs Python",
  ])
    expect(table).toContain(part);
  expect(table).toContain("not published, no copy given");
  expect(table).toContain("5 rows, 1 ok, 1 failed, 2 not run, 1 not published and no copy given");
});
