import { beforeAll, expect, it } from "@jest/globals";
import { type PlayedDemo, playDemo, rowBelow, rowOf } from "@wirekit/demo-screen/testing";

// It starts three processes that compile their sources: slow where the machine is busy.
const startTimeoutMs = 180_000;

let demo: PlayedDemo;

beforeAll(async () => {
  demo = await playDemo(new URL("..", import.meta.url));
}, startTimeoutMs);

it("ends by itself, with exit code 0 and every claim true", () => {
  expect(demo).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/error/i) });
  expect(demo.stdout).toMatch(/✓ All \d+ things that this demo claims are so\.\n$/);
});

it("accounts for every order: published = invoiced + dead-lettered, none lost, none invoiced twice", () => {
  expect(rowBelow(demo.stdout, "invoiced twice")).toEqual(["442", "441", "1", "0", "0"]);
});

it("shows why the poison order was given up", () => {
  expect(demo.stdout).toContain(
    "reason attempts-exhausted, error aws-messaging/processing, after 3 attempts",
  );
});

it("shows that the slow order outlived its lease and was invoiced once", () => {
  expect(demo.stdout).toContain("The slow order took 6,500 ms on leases of 5,000 ms, and was invoiced once");
  expect(Number(rowOf(demo.stdout, "invoice process 1").at(-2))).toBeGreaterThan(0);
});

it("shows one outcome for each delivery, of both processes", () => {
  const rows = ["invoice process 1", "invoice process 2"].map((name) => rowOf(demo.stdout, name).map(Number));
  for (const [received = 0, handled = 0, retried = 0, deadLettered = 0, invalid = 0, left = 0] of rows) {
    expect(received).toBe(handled + retried + deadLettered + invalid + left);
    expect(handled).toBeGreaterThan(0);
  }
});

it("shows no colours where there is no terminal", () => {
  expect(demo.stdout).not.toContain("\u001b[");
});
