import { beforeAll, describe, expect, it } from "@jest/globals";
import { type PlayedDemo, playDemo, rowBelow, rowOf } from "@wirekit/demo-screen/testing";

// It starts six processes that compile their sources, and waits for two time-outs: slow where the machine is
// busy.
const startTimeoutMs = 600_000;

let demo: PlayedDemo;
let days: Readonly<Record<string, string>>;

beforeAll(async () => {
  demo = await playDemo(new URL("..", import.meta.url));
  const titled = demo.stdout.split(/^Payments over (?=\w+$)/m).slice(1);
  days = Object.fromEntries(titled.map((day) => [day.slice(0, day.indexOf("\n")), day]));
}, startTimeoutMs);

function dayOver(bus: string): string {
  return days[bus] ?? "";
}

it("ends by itself, with exit code 0 and every claim true, on all three buses", () => {
  expect(demo).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/error/i) });
  expect(demo.stdout).toMatch(/✓ All \d+ things that this demo claims are so\.\n$/);
  expect(Object.keys(days)).toEqual(["memory", "SQS", "Kafka"]);
});

describe.each(["memory", "SQS", "Kafka"])("the day over %s", (bus) => {
  it("accounts for every payment: sent = booked + dead letters, none lost, none out of order, all answered", () => {
    const [, ...counts] = rowBelow(dayOver(bus), "booked again").map((cell) => Number(cell.replace(",", "")));
    const [sent, booked, deadLetters, lost, outOfOrder, , answered] = counts;
    expect({ deadLetters, lost, outOfOrder }).toEqual({ deadLetters: 2, lost: 0, outOfOrder: 0 });
    expect(sent).toBeGreaterThan(400);
    expect(booked).toBe((sent ?? 0) - 2);
    expect(answered).toBe(booked);
  });

  it("shows why two payments were given up", () => {
    expect(dayOver(bus)).toMatch(
      /payments-dead\S*: attempts-exhausted, payments\/unknown-currency, at attempt 3/,
    );
    expect(dayOver(bus)).toMatch(/payments-dead\S*: invalid, message-bus\/invalid-body, at attempt 1/);
  });

  it("shows that one instance took over from another", () => {
    expect(dayOver(bus)).toMatch(/one finished what it had begun, /);
    expect(dayOver(bus)).toMatch(/two did the rest, [\d,]+ bookings/);
  });

  it("shows one outcome for each delivery", () => {
    for (const name of ["one", "two"]) {
      const counts = rowOf(dayOver(bus), name).map((cell) => Number(cell.replace(",", "")));
      const [, received, handled = 0, retried = 0, deadLettered = 0, invalid = 0, left = 0] = counts;
      expect(received).toBe(handled + retried + deadLettered + invalid + left);
      expect(handled).toBeGreaterThan(0);
    }
  });
});

it.each([
  ["SQS", "the visibility time-out is 8,000 ms"],
  ["Kafka", "the session time-out is 8,000 ms"],
])("kills an instance over %s, and says when another one takes over", (bus, when) => {
  expect(dayOver(bus)).toMatch(/three had booked [\d,]+ payments when it got SIGKILL/);
  expect(dayOver(bus)).toContain(when);
  expect(rowOf(dayOver(bus), "three, killed")).not.toEqual([]);
});

it("counts the requests where a server does", () => {
  expect(dayOver("SQS")).toMatch(/[\d,]+ payments and [\d,]+ answers took .*[\d,]+ SendMessageBatch/);
  expect(dayOver("Kafka")).toMatch(/[\d,]+ payments and [\d,]+ answers took [\d,]+ Produce/);
});

it("shows no colours where there is no terminal, and no token", () => {
  expect(demo.stdout).not.toContain("\u001b[");
  expect(demo.stdout).not.toContain("demo.service.token");
});
