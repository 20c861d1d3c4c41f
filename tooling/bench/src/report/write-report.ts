import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CaseReport } from "../harness/benchmark-case.ts";
import { quantile, summarize } from "../harness/statistics.ts";
import { type Bar, describe, drawBarChart } from "./bar-chart.ts";
import { type ChartLink, formatMarkdown, type Run } from "./markdown-report.ts";

/** Everything that was measured, for programs. */
export function formatFigures({ facts, reports, failed }: Run): string {
  const cases = reports.map(({ name, title, server, goals, results }) => ({
    name,
    title,
    server,
    goals,
    results,
  }));
  return `${JSON.stringify({ ...facts, cases, failed }, undefined, 2)}\n`;
}

/**
 * Writes `report.md`, a chart for each comparison and `figures.json` into a folder, which is made where there
 * is none. What an earlier run left under the same names is replaced. Resolves with the path of the report.
 */
export async function writeReport(folder: string, run: Run): Promise<string> {
  await mkdir(folder, { recursive: true });
  const charts = new Map<string, ChartLink>();
  for (const report of run.reports) {
    const chart = chartOf(report);
    if (chart === undefined) continue;
    const file = `${report.name}.svg`;
    await writeFile(join(folder, file), chart.svg);
    charts.set(report.name, { file, alt: chart.alt });
  }
  await writeFile(join(folder, "figures.json"), formatFigures(run));
  // Last: where there is a report, there is everything that it points to.
  const path = join(folder, "report.md");
  await writeFile(path, formatMarkdown(run, charts));
  return path;
}

function chartOf({
  name,
  title,
  server,
  comparison,
}: CaseReport): { readonly svg: string; readonly alt: string } | undefined {
  if (comparison === undefined) return undefined;
  const unit = `${comparison.unit}/s`;
  const bars = comparison.measured.map((one): Bar => {
    const sorted = [...one.rates].sort((a, b) => a - b);
    const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
    return { name: one.name, value: summarize(sorted).median, low, high };
  });
  const most = Math.max(...comparison.measured.map(({ rates }) => rates.length));
  const where = server === undefined ? "" : `on ${server}; `;
  const how = most === 1 ? "one round" : `median of ${most} rounds; the line spans the middle half of them`;
  const caption = `${where}${unit}, ${how}`;
  return {
    svg: drawBarChart({ title: name, description: title, caption, unit, bars }),
    alt: describe(bars, unit),
  };
}
