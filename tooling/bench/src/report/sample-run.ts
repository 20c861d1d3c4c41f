import { comparisonTable } from "../harness/benchmark-case.ts";
import type { Measured } from "../harness/compare.ts";
import type { Run } from "./markdown-report.ts";

const measured: readonly Measured[] = [
  {
    name: "ours",
    operations: 10,
    rates: [3000, 2900, 3100],
    processorMicros: [10, 10, 10],
    traffic: [{ processorMs: 1 }],
  },
  {
    name: "theirs",
    operations: 10,
    rates: [1500, 1450, 1550],
    processorMicros: [20, 20, 20],
    traffic: [{ processorMs: 2 }],
  },
];

/** For tests: one case that compares, one that only has a table. */
export const sampleRun: Run = {
  facts: {
    date: "2026-03-01T12:00:00.000Z",
    machine: { processors: 2, model: "Some CPU", memoryBytes: 8 * 2 ** 30, system: "linux x64", load: 0.25 },
    node: "v20.20.2",
    commit: "abc1234",
    packages: { "@wirekit/core": "1.2.3", kafkajs: "2.2.4" },
    rounds: 3,
  },
  reports: [
    {
      name: "sending",
      title: "10 single sends",
      server: "Apache Kafka 3.9.2",
      ...comparisonTable(measured, { peer: "theirs", unit: "sends", serverTime: "shown" }),
      goals: [
        { text: "twice as fast", met: true },
        { text: "thrice as fast", met: false },
      ],
      notes: ["measured here"],
      results: measured,
    },
    {
      name: "loading",
      title: "imports",
      columns: ["", "ms"],
      rows: [["a | b", "12"]],
      goals: [],
      notes: [],
      results: [{ entry: "a", ms: 12 }],
    },
  ],
  failed: [],
};
