import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { collectRunFacts } from "./run-facts.ts";
import { sampleRun } from "./sample-run.ts";
import { formatFigures, writeReport } from "./write-report.ts";

describe("a report", () => {
  let directory = "";
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "wirekit-report-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("is a document, a chart for each comparison and the figures, in a folder that is made", async () => {
    const folder = join(directory, "new", "folder");
    expect(await writeReport(folder, sampleRun)).toBe(join(folder, "report.md"));
    expect((await readdir(folder)).sort()).toEqual(["figures.json", "report.md", "sending.svg"]);
    const [report, chart] = await Promise.all(
      ["report.md", "sending.svg"].map((file) => readFile(join(folder, file), "utf8")),
    );
    expect(report).toContain("![ours: 3,000 sends/s; theirs: 1,500 sends/s](sending.svg)");
    expect(chart).toContain(">10 single sends</text>");
    expect(chart).toContain(
      ">on Apache Kafka 3.9.2; sends/s, median of 3 rounds; the line spans the middle half of them</text>",
    );
  });

  it("takes the place of an earlier one, and leaves everything else in the folder alone", async () => {
    await writeFile(join(directory, "report.md"), "old");
    await writeFile(join(directory, "notes.txt"), "mine");
    await writeReport(directory, sampleRun);
    expect(await readFile(join(directory, "report.md"), "utf8")).toMatch(/^# Benchmarks/);
    expect(await readFile(join(directory, "notes.txt"), "utf8")).toBe("mine");
  });

  it("has every figure of every round for programs", async () => {
    await writeReport(directory, sampleRun);
    const figures = JSON.parse(await readFile(join(directory, "figures.json"), "utf8"));
    expect(figures).toMatchObject({
      date: sampleRun.facts.date,
      machine: { processors: 2 },
      cases: [{ name: "sending", server: "Apache Kafka 3.9.2" }, { name: "loading" }],
      failed: [],
    });
    expect(figures.cases[0].results[0].rates).toEqual([3000, 2900, 3100]);
    expect(JSON.parse(formatFigures(sampleRun))).toEqual(figures);
  });
});

it("the facts of a run are those of this machine and of what is installed", async () => {
  const { date, machine, node, packages, rounds } = await collectRunFacts(5);
  expect(date).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(machine.processors).toBeGreaterThan(0);
  expect(machine.memoryBytes).toBeGreaterThan(0);
  expect(node).toBe(process.version);
  expect(rounds).toBe(5);
  expect(packages).toMatchObject({ kafkajs: "2.2.4", "@platformatic/kafka": "1.35.0" });
  for (const version of Object.values(packages)) expect(version).toMatch(/^\d+\.\d+\.\d+/);
});
