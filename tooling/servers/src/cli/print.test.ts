import { expect, it } from "@jest/globals";
import { describeStatus, describeUp, duration } from "./print.ts";
import type { UpServer } from "./state-file.ts";

const server: UpServer = {
  name: "kafka",
  versions: { kafka: "3.9.2" },
  guard: { pid: 11, startedAt: "a" },
  process: { pid: 12, startedAt: "b" },
  ports: { plaintext: 19_092, ssl: 19_093 },
  addresses: { plaintext: "127.0.0.1:19092" },
  environment: { KAFKA_BOOTSTRAP_SERVERS: "127.0.0.1:19092" },
  directory: "/cache/runs/kafka-x",
  logPath: "/cache/logs/kafka-x.log",
  startedAt: 1_000,
};

it("shows addresses, and the variables as a shell takes them", () => {
  expect(describeUp(server)).toBe(
    [
      "kafka 3.9.2 (pid 12)",
      "  plaintext  127.0.0.1:19092",
      "  log        /cache/logs/kafka-x.log",
      "  export KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:19092",
    ].join("\n"),
  );
});

it("shows pid, ports, age and log of what runs, and where the log is of what ended", () => {
  const shown = describeStatus([{ server, up: true }], 126_000);
  for (const part of ["kafka 3.9.2", "up", "12", "plaintext:19092", "ssl:19093", "2 min 5 s", server.logPath])
    expect(shown).toContain(part);
  const ended = describeStatus([{ server, up: false }], 126_000);
  expect(ended).toContain("ended by itself");
  expect(ended).toContain(server.logPath);
  expect(ended).not.toContain("2 min");
});

it.each([
  [-5, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min 0 s"],
  [3_600_000, "1 h 0 min"],
  [25 * 3_600_000, "1 d 1 h"],
])("says %d ms as %s", (ms, words) => {
  expect(duration(ms)).toBe(words);
});
