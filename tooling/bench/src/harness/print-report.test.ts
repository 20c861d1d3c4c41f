import { expect, it } from "@jest/globals";
import { comparisonTable } from "./benchmark-case.ts";
import type { Measured } from "./compare.ts";
import { formatReport } from "./print-report.ts";

const measured: readonly Measured[] = [
  {
    name: "ours",
    operations: 10,
    rates: [3000, 3000],
    processorMicros: [10, 10],
    traffic: [{ requests: 5, sockets: 1 }],
  },
  {
    name: "theirs",
    operations: 10,
    rates: [1500, 1500],
    processorMicros: [20, 20],
    traffic: [{ requests: 5, sockets: 5 }],
  },
];

it("a comparison is told per contender, next to the peer", () => {
  const { columns, rows } = comparisonTable(measured, { peer: "theirs", unit: "sends" });
  expect(columns).toEqual(["", "sends/s", "±", "× theirs", "processor µs", "requests", "sockets"]);
  expect(rows).toEqual([
    ["ours", "3,000", "0 %", "2.00", "10.0", "5", "1"],
    ["theirs", "1,500", "0 %", "1.00", "20.0", "5", "5"],
  ]);
});

it("what the server does not count has no column", () => {
  const uncounted = measured.map((one) => ({ ...one, traffic: [{ processorMs: 1 }] }));
  const { columns, rows } = comparisonTable(uncounted, {
    peer: "theirs",
    unit: "sends",
    serverTime: "shown",
  });
  expect(columns).toEqual(["", "sends/s", "±", "× theirs", "processor µs", "server's µs"]);
  expect(rows[0]).toEqual(["ours", "3,000", "0 %", "2.00", "10.0", "100.0"]);
});

it("a report says of every goal whether it is met", () => {
  const text = formatReport({
    name: "sending",
    title: "sends",
    ...comparisonTable(measured, { peer: "theirs", unit: "sends" }),
    goals: [
      { text: "twice as fast", met: true },
      { text: "thrice as fast", met: false },
    ],
    notes: ["measured here"],
    results: measured,
  });
  expect(text).toMatch(/met +twice as fast/);
  expect(text).toMatch(/NOT MET +thrice as fast/);
  expect(text).toContain("measured here");
});
