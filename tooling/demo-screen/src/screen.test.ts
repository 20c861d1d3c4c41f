import { expect, it } from "@jest/globals";
import { createScreen, type TableOptions } from "./screen.ts";
import { recordingStream } from "./testing/recording-stream.ts";

function shown(show: (screen: ReturnType<typeof createScreen>) => void, { isTTY = false } = {}): string {
  const { stream, text } = recordingStream({ isTTY });
  show(createScreen(stream));
  return text();
}

it("numbers its headings, and indents what stands below them", () => {
  const text = shown((screen) => {
    screen.title("A demo", "It shows something.");
    screen.heading("First");
    screen.line("one\ntwo\n");
    screen.line();
    screen.heading("Second");
  });
  expect(text).toBe("\nA demo\nIt shows something.\n\n1. First\n   one\n   two\n\n\n\n2. Second\n");
});

it("uses colours on a terminal, and nowhere else", () => {
  const show = (screen: ReturnType<typeof createScreen>) => {
    screen.title("A demo", "It shows something.");
    screen.table(["a"], [["b"]]);
    screen.line(screen.colors.green("✓"));
  };
  expect(shown(show)).not.toContain("\u001b[");
  expect(shown(show, { isTTY: true })).toContain("\u001b[32m✓");
});

function table(rows: readonly (readonly string[])[], options?: TableOptions): readonly string[] {
  return shown((screen) => screen.table(["", "many"], rows, options)).split("\n");
}

it("puts the first column of a table to the left, the others to the right, and no rule between its rows", () => {
  expect(
    table([
      ["one", "1"],
      ["two", "22"],
    ]),
  ).toEqual([
    "   ┌─────┬──────┐",
    "   │     │ many │",
    "   ├─────┼──────┤",
    "   │ one │    1 │",
    "   │ two │   22 │",
    "   └─────┴──────┘",
    "",
  ]);
});

it("puts a rule above the sums, and no other between the rows", () => {
  const rows = [
    ["one", "1"],
    ["two", "2"],
    ["all", "3"],
  ];
  const rules = table(rows, { lastRow: "sums" }).flatMap((line, at) => (line.includes("├") ? [at] : []));
  expect(rules).toEqual([2, 5]);
});

it("shows progress by a line at each quarter where there is no terminal", () => {
  const text = shown((screen) => {
    const progress = screen.progress(2_000);
    for (const done of [1, 499, 500, 501, 1_600, 2_000]) progress.update(done);
    progress.end();
  });
  expect(text).toBe("   500 of 2,000\n   1,600 of 2,000\n   2,000 of 2,000\n");
});

it("shows progress by a bar on a terminal", () => {
  const text = shown(
    (screen) => {
      const progress = screen.progress(4);
      progress.update(4);
      progress.end();
    },
    { isTTY: true },
  );
  expect(text).toContain("100%  4 of 4");
});
