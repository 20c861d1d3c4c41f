import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, expect, it } from "@jest/globals";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

// It starts a process that compiles its sources and sends a thousand messages: slow where the machine is busy.
const startTimeoutMs = 120_000;

let demo: Ended;

beforeAll(async () => {
  demo = await runDemo();
}, startTimeoutMs);

function runDemo(): Promise<Ended> {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", tsx, "--conditions=@wirekit/source", "src/main.ts"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    child.on("error", reject);
    // Comes when the process has ended and nothing holds its output open: no process of its own is left.
    child.on("close", (code) => resolve({ code, ...output }));
  });
}

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
  const rows = demo.stdout.split("\n").map((line) => line.split("│").map((cell) => cell.trim()));
  const row = rows.find((cells) => cells[1] === expected[0]);
  expect(row?.slice(1, 5)).toEqual(expected);
  const latencies = row?.slice(5, 8);
  if (expected[1] === "0") expect(latencies).toEqual(["-", "-", "-"]);
  else for (const latency of latencies ?? []) expect(latency).toMatch(/^[\d,.]+ ms$/);
});

it("shows the tracking id of each documented message", () => {
  for (const type of ["user.notification", "payment.processed", "order.status_update", "system.backup"]) {
    expect(demo.stdout).toMatch(new RegExp(`✓ ${type} .*[0-9a-f]{8}-[0-9a-f-]{27}`));
  }
});

it("shows what is wrong with the message, the signature and the producer", () => {
  expect(demo.stdout).toContain("'payload' is a required property");
  expect(demo.stdout).toMatch(/likely cause {2}key: /);
  expect(demo.stdout).toContain("kindo/unreachable");
});

it("shows no secret, and no colours where there is no terminal", () => {
  expect(demo.stdout).not.toContain("wJalrXUtnFEMI");
  expect(demo.stdout).not.toContain("the/secret/of/some/other");
  expect(demo.stdout).not.toContain("\u001b[");
});
