import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, expect, it } from "@jest/globals";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

// It starts three processes that compile their sources: slow where the machine is busy.
const startTimeoutMs = 180_000;

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
    // Comes when nothing holds the output open any more: its invoice processes have ended too.
    child.on("close", (code) => resolve({ code, ...output }));
  });
}

/** The cells of the first row below the heading that contains `title`. */
function rowBelow(title: string): readonly string[] {
  const lines = demo.stdout.split("\n");
  const at = lines.findIndex((line) => line.includes(title));
  return (lines[at + 2] ?? "")
    .split("│")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The numbers of the row that begins with `name`. */
function rowOf(name: string): readonly number[] {
  const line = demo.stdout.split("\n").find((candidate) => candidate.includes(`│ ${name}`)) ?? "";
  return line
    .split("│")
    .slice(2, -1)
    .map((cell) => Number(cell.trim()));
}

it("ends by itself, with exit code 0 and every claim true", () => {
  expect(demo).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/error/i) });
  expect(demo.stdout).toMatch(/✓ All \d+ things that this demo claims are so\.\n$/);
});

it("accounts for every order: published = invoiced + dead-lettered, none lost, none invoiced twice", () => {
  expect(rowBelow("invoiced twice")).toEqual(["442", "441", "1", "0", "0"]);
});

it("shows why the poison order was given up", () => {
  expect(demo.stdout).toContain(
    "reason attempts-exhausted, error aws-messaging/processing, after 3 attempts",
  );
});

it("shows that the slow order outlived its lease and was invoiced once", () => {
  expect(demo.stdout).toContain("The slow order took 6,500 ms on leases of 5,000 ms, and was invoiced once");
  expect(rowOf("invoice process 1").at(-2)).toBeGreaterThan(0);
});

it("shows one outcome for each delivery, of both processes", () => {
  const rows = ["invoice process 1", "invoice process 2"].map(rowOf);
  for (const [received = 0, handled = 0, retried = 0, deadLettered = 0, invalid = 0, left = 0] of rows) {
    expect(received).toBe(handled + retried + deadLettered + invalid + left);
    expect(handled).toBeGreaterThan(0);
  }
});

it("shows no colours where there is no terminal", () => {
  expect(demo.stdout).not.toContain("\u001b[");
});
