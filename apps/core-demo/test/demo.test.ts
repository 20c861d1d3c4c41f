import { expect, it } from "@jest/globals";
import { runDemo } from "../src/demo.ts";

/** The cells of the row that stands below the headings which `heading` is one of. */
function rowUnder(lines: readonly string[], heading: string): string[] {
  const at = lines.findIndex((line) => line.includes(heading));
  const row = lines.slice(at + 1).find((line) => /\d/.test(line)) ?? "";
  return row
    .split("│")
    .map((cell) => cell.trim())
    .filter((cell) => cell !== "");
}

it("shows every engine, and an account in which nothing is missing", async () => {
  const printed: string[] = [];
  await runDemo((text) => printed.push(text));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  const text = printed.join("\n").replaceAll(/\u001b\[\d+m/g, "");
  const lines = text.split("\n");

  const [calls, delivered, requests, , , left] = rowUnder(lines, "calls of send");
  expect([calls, delivered, left]).toEqual(["1000", "1000", "0"]);
  expect(Number(requests)).toBeLessThan(200);
  for (const key of ["slow", "quick", "brisk"]) expect(text).toMatch(new RegExp(`${key}\\s*│ 1 2 3 4 5 `));
  expect(text).toMatch(/slow report\s*│ \d .*handled/);
  expect(text).toMatch(/stolen report\s*│ 1 .*stopped: The lease is lost/);
  expect(text).toMatch(/stolen report\s*│ \d .*handled/);
  expect(text).toMatch(/poison\s*│ 4\s*│ dead-lettered/);
  expect(text).toContain("poison: attempts-exhausted (no such customer)");
  expect(text).toMatch(/not an order\s*│ 1\s*│ invalid/);
  expect(text).toContain("40 messages for 20 payments: paid 20 times");
  const [sent, received, handled, givenBack, inQueue, lost] = rowUnder(lines, "given back at once").map(
    Number,
  );
  expect({ sent, lost }).toEqual({ sent: 100, lost: 0 });
  expect(received).toBe((handled ?? 0) + (givenBack ?? 0));
  expect(inQueue).toBe(100 - (handled ?? 0));
}, 60_000);
