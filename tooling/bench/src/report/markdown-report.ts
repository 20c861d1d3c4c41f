import type { CaseReport } from "../harness/benchmark-case.ts";
import type { RunFacts } from "./run-facts.ts";

/** A case that was to be measured and was not. */
export interface FailedCase {
  readonly name: string;
  readonly message: string;
}

export interface Run {
  readonly facts: RunFacts;
  readonly reports: readonly CaseReport[];
  readonly failed: readonly FailedCase[];
}

/** A file beside the report, and what it shows in words. */
export interface ChartLink {
  readonly file: string;
  readonly alt: string;
}

/** A run as a document in Markdown; `charts` by the names of the cases. */
export function formatMarkdown(
  { facts, reports, failed }: Run,
  charts: ReadonlyMap<string, ChartLink>,
): string {
  return `${[
    "# Benchmarks",
    formatFacts(facts, reports),
    ...failed.map(({ name, message }) => `**\`${name}\` failed and has no figures:** ${inLine(message)}`),
    reading,
    ...reports.map((report) => formatCase(report, charts.get(report.name))),
  ].join("\n\n")}\n`;
}

const reading = `Rates are medians over the rounds, in each of which all contenders ran, in changing order. \`±\` is the distance
between the quartiles as a share of the median; \`×\` is the median of the ratios within the rounds. The processor's time is that of
the client's process, per operation, and \`server's µs\` that of the server's. The charts show the same rates, with a line from the lower to the
upper quartile. All figures of all rounds are in [figures.json](figures.json).`;

function formatFacts(facts: RunFacts, reports: readonly CaseReport[]): string {
  const { date, machine, node, commit, packages, rounds } = facts;
  const { processors, model, memoryBytes, system, load } = machine;
  const servers = [...new Set(reports.flatMap(({ server }) => (server === undefined ? [] : [server])))];
  const rows = [
    ["date", date],
    ["machine", `${processors} × ${model}, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB, ${system}`],
    ["load before the run", load.toFixed(2)],
    ["Node.js", node],
    ["commit", commit ?? "not known"],
    ["servers", servers.length === 0 ? "none" : servers.join(", ")],
    [
      "packages",
      Object.entries(packages)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ["rounds", `${rounds}, and one to warm up`],
  ];
  return formatTable(["", ""], ["left", "left"], rows);
}

function formatCase(report: CaseReport, chart: ChartLink | undefined): string {
  const { name, title, server, columns, rows, goals, notes } = report;
  const alignments = columns.map((_, index) => (index === 0 ? "left" : "right"));
  const remarks = [
    ...goals.map(({ text, met }) => `- ${met ? "met" : "**not met**"}: ${inLine(text)}`),
    ...notes.map((note) => `- ${inLine(note)}`),
  ];
  return [
    `## ${name}`,
    `${inLine(title)}${server === undefined ? "" : `; on ${inLine(server)}`}.`,
    ...(chart === undefined ? [] : [`![${inLine(chart.alt)}](${chart.file})`]),
    formatTable(columns, alignments, rows),
    ...(remarks.length === 0 ? [] : [remarks.join("\n")]),
  ].join("\n\n");
}

function formatTable(
  head: readonly string[],
  alignments: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(" | ")} |`;
  const rule = alignments.map((alignment) => (alignment === "right" ? "---:" : ":---"));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

function inCell(text: string): string {
  return inLine(text).replaceAll("|", "\\|");
}

/** What would end a line, or begin a link, does neither. */
function inLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[[\]<>]/g, (character) => `\\${character}`);
}
