import Table from "cli-table3";
import pc from "picocolors";
import type { CaseReport } from "./benchmark-case.ts";

/** A case as a table, with its goals and notes below. */
export function formatReport({ name, title, columns, rows, goals, notes }: CaseReport): string {
  const table = new Table({
    head: [...columns],
    colAligns: columns.map((_, index) => (index === 0 ? "left" : "right")),
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push([...row]);
  const verdicts = goals.map(({ text, met }) =>
    met ? pc.green(`  met      ${text}`) : pc.yellow(`  NOT MET  ${text}`),
  );
  const remarks = notes.map((note) => pc.dim(`  ${note}`));
  return [pc.bold(`${name}: ${title}`), table.toString(), ...verdicts, ...remarks].join("\n");
}
