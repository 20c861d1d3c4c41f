import { expect, it } from "@jest/globals";
import { formatMarkdown } from "./markdown-report.ts";
import { sampleRun } from "./sample-run.ts";

const charts = new Map([["sending", { file: "sending.svg", alt: "ours: 3,000 sends/s" }]]);

it("says when, where and of what it was measured", () => {
  const text = formatMarkdown(sampleRun, charts);
  for (const line of [
    "| date | 2026-03-01T12:00:00.000Z |",
    "| machine | 2 × Some CPU, 8.0 GiB, linux x64 |",
    "| load before the run | 0.25 |",
    "| Node.js | v20.20.2 |",
    "| commit | abc1234 |",
    "| servers | Apache Kafka 3.9.2 |",
    "| packages | @wirekit/core 1.2.3, kafkajs 2.2.4 |",
    "| rounds | 3, and one to warm up |",
  ])
    expect(text).toContain(line);
});

it("has the table, the chart, the goals and the notes of a case", () => {
  const text = formatMarkdown(sampleRun, charts);
  const section = text.slice(text.indexOf("## sending"), text.indexOf("## loading"));
  expect(section).toBe(`## sending

10 single sends; on Apache Kafka 3.9.2.

![ours: 3,000 sends/s](sending.svg)

|  | sends/s | ± | × theirs | processor µs | server's µs |
| :--- | ---: | ---: | ---: | ---: | ---: |
| ours | 3,000 | 3 % | 2.00 | 10.0 | 100.0 |
| theirs | 1,500 | 3 % | 1.00 | 20.0 | 200.0 |

- met: twice as fast
- **not met**: thrice as fast
- measured here

`);
});

it("has no chart where nothing was compared, and keeps a cell a cell", () => {
  const text = formatMarkdown(sampleRun, charts);
  const section = text.slice(text.indexOf("## loading"));
  expect(section).not.toContain("![");
  expect(section).toContain("| a \\| b | 12 |");
});

it("names the cases that failed, each in one line", () => {
  const failed = [{ name: "kafka-producing", message: "the server\nended <here>" }];
  expect(formatMarkdown({ ...sampleRun, failed }, charts)).toContain(
    "**`kafka-producing` failed and has no figures:** the server ended \\<here\\>\n",
  );
});

it("says so where there was no server and the commit is not known", () => {
  const reports = sampleRun.reports.filter(({ server }) => server === undefined);
  const text = formatMarkdown(
    { ...sampleRun, reports, facts: { ...sampleRun.facts, commit: undefined } },
    charts,
  );
  expect(text).toContain("| servers | none |");
  expect(text).toContain("| commit | not known |");
});
