import { beforeAll, expect, it } from "@jest/globals";
import { type PlayedDemo, playDemo, rowOf } from "@wirekit/demo-screen/testing";

// It starts a process that compiles its sources and sends a thousand messages: slow where the machine is
// busy.
const startTimeoutMs = 120_000;

let demo: PlayedDemo;

beforeAll(async () => {
  demo = await playDemo(new URL("..", import.meta.url));
}, startTimeoutMs);

it("ends by itself, with exit code 0 and nothing to complain of", () => {
  expect(demo).toMatchObject({ code: 0, stderr: "" });
  expect(demo.stdout).toMatch(/✓ All \d+ things that this demo claims are so\.\n$/);
});

it.each([
  ["documented messages", "4", "0", "4"],
  ["messages from a file", "1,000", "0", "1,000"],
  ["invalid message", "0", "1", "0"],
  ["wrong secret", "0", "1", "1"],
  ["producer that recovers", "1", "0", "3"],
  ["producer that is down", "0", "1", "3"],
  ["all", "1,005", "3", "1,011"],
])("closes with a table where %s are %s delivered, %s failed, in %s requests", (...expected) => {
  const [name = "", ...counts] = expected;
  const row = rowOf(demo.stdout, name);
  expect(row.slice(0, 3)).toEqual(counts);
  const latencies = row.slice(3);
  expect(latencies).toHaveLength(3);
  if (expected[1] === "0") expect(latencies).toEqual(["-", "-", "-"]);
  else for (const latency of latencies) expect(latency).toMatch(/^[\d,.]+ ms$/);
});

it("shows the tracking id of each documented message", () => {
  for (const type of ["user.notification", "payment.processed", "order.status_update", "system.backup"]) {
    expect(demo.stdout).toMatch(new RegExp(`✓ ${type} .*[0-9a-f]{8}-[0-9a-f-]{27}`));
  }
});

it("shows what is wrong with the message, the signature and the producer", () => {
  expect(demo.stdout).toContain("'payload' is a required property");
  expect(demo.stdout).toMatch(/likely cause {2}key: /);
  expect(demo.stdout).toContain("wirekit/connection");
});

it("shows no secret, and no colours where there is no terminal", () => {
  expect(demo.stdout).not.toContain("wJalrXUtnFEMI");
  expect(demo.stdout).not.toContain("the/secret/of/some/other");
  expect(demo.stdout).not.toContain("\u001b[");
});
