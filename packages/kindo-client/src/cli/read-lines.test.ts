import { expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { readLines } from "./read-lines.ts";

async function* chunks(...parts: readonly (string | Uint8Array)[]) {
  for (const part of parts) yield typeof part === "string" ? new TextEncoder().encode(part) : part;
}

async function linesOf(input: AsyncIterable<Uint8Array>, maxLineBytes = 1000) {
  const lines: { number: number; text: string; endsAt: number }[] = [];
  for await (const { number, bytes, endsAt } of readLines(input, maxLineBytes)) {
    lines.push({ number, text: Buffer.from(bytes).toString("utf8"), endsAt });
  }
  return lines;
}

it("numbers lines, and says where the next one begins", async () => {
  expect(await linesOf(chunks("a\n", "bc", "d\ne\n\nf"))).toEqual([
    { number: 1, text: "a", endsAt: 2 },
    { number: 2, text: "bcd", endsAt: 6 },
    { number: 3, text: "e", endsAt: 8 },
    { number: 4, text: "", endsAt: 9 },
    { number: 5, text: "f", endsAt: 10 },
  ]);
});

it("gives nothing for nothing, and no line after the last line feed", async () => {
  expect(await linesOf(chunks())).toEqual([]);
  expect(await linesOf(chunks("a\n"))).toHaveLength(1);
});

it("ends lines at line feeds only: other separators may stand within JSON", async () => {
  const text = '{"a": "x\u2028y\u2029z\u0085"}';
  expect((await linesOf(chunks(`${text}\n`)))[0]?.text).toBe(text);
});

it("does not depend on where the chunks are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", "").replace(/\p{Surrogate}/gu, "")),
        { minLength: 1 },
      ),
      fc.array(fc.nat(40)),
      async (lines, cuts) => {
        const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
        const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
          (a, b) => a - b,
        );
        const parts = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        const read = await linesOf(chunks(...parts), 100_000);
        expect(read.map(({ text }) => text)).toEqual(lines);
        expect(read.at(-1)?.endsAt).toBe(bytes.length);
      },
    ),
    { numRuns: scale({ small: 50, full: 1_000 }) },
  );
});

it("refuses a line that is longer than it may hold, and says which", async () => {
  await expect(linesOf(chunks("a\n", "b".repeat(60), "b".repeat(60)), 100)).rejects.toThrow(
    "line 2 is longer than 100 bytes",
  );
});
