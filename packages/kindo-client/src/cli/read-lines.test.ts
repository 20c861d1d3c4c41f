import { describe, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { readLines } from "./read-lines.ts";

async function* chunks(...parts: readonly (string | Uint8Array)[]) {
  for (const part of parts) yield typeof part === "string" ? new TextEncoder().encode(part) : part;
}

async function linesOf(input: AsyncIterable<Uint8Array>, maxLineBytes = 1000) {
  const lines: { number: number; text: string; endsAt: number }[] = [];
  for await (const line of readLines(input, maxLineBytes)) {
    const pieces: Uint8Array[] = [];
    if (line.bytes === undefined) for await (const piece of line.pieces) pieces.push(piece);
    else pieces.push(line.bytes);
    const { number, endsAt } = line;
    lines.push({ number, text: Buffer.concat(pieces).toString("utf8"), endsAt });
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
        fc.string({ unit: "binary" }).map((text) => text.replace(/[\n\uFEFF]|\p{Surrogate}/gu, "")),
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

describe("a line that is longer than it may hold", () => {
  const input = () => chunks("a\n", "b".repeat(60), "b".repeat(60), "c", "c\nd", "\ne");

  it("is given in pieces, and hides nothing behind it", async () => {
    expect(await linesOf(input(), 100)).toEqual([
      { number: 1, text: "a", endsAt: 2 },
      { number: 2, text: `${"b".repeat(120)}cc`, endsAt: 125 },
      { number: 3, text: "d", endsAt: 127 },
      { number: 4, text: "e", endsAt: 128 },
    ]);
  });

  it.each([0, 1, 2])("is passed over when %d of its pieces were looked at", async (count) => {
    const numbers: string[] = [];
    for await (const line of readLines(input(), 100)) {
      if (line.bytes !== undefined) {
        numbers.push(`${line.number}:${Buffer.from(line.bytes)}`);
        continue;
      }
      let seen = 0;
      if (count > 0) {
        for await (const _ of line.pieces) {
          seen += 1;
          if (seen === count) break;
        }
      }
    }
    expect(numbers).toEqual(["1:a", "3:d", "4:e"]);
  });

  it("may be the last, without a line feed", async () => {
    const lines = await linesOf(chunks("b".repeat(60), "b".repeat(60)), 100);
    expect(lines).toEqual([{ number: 1, text: "b".repeat(120), endsAt: 120 }]);
  });
});

it.each([
  ["whole", ["\uFEFFa\n\uFEFFb\n"]],
  ["in pieces", [...new TextEncoder().encode("\uFEFFa\n\uFEFFb\n")].map((byte) => new Uint8Array([byte]))],
])("leaves the byte order mark of the file out of its first line (%s)", async (_name, parts) => {
  expect(await linesOf(chunks(...parts))).toEqual([
    { number: 1, text: "a", endsAt: 5 },
    { number: 2, text: "\uFEFFb", endsAt: 10 },
  ]);
});

it("leaves it out of a long line too", async () => {
  expect((await linesOf(chunks(`\uFEFF${"a".repeat(200)}\nb`), 100)).map(({ text }) => text)).toEqual([
    "a".repeat(200),
    "b",
  ]);
});

it("lets go of its input when it is left early", async () => {
  let isLeft = false;
  async function* input() {
    try {
      yield new TextEncoder().encode("a\nb\n");
    } finally {
      isLeft = true;
    }
  }
  for await (const _ of readLines(input(), 100)) break;
  expect(isLeft).toBe(true);
});
