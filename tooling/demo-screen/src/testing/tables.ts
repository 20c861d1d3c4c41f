/** The cells of one line of a table. */
export function cellsOf(line: string): readonly string[] {
  return line
    .split("│")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The cells of the first row below the heading that contains `title`; empty when there is none. */
export function rowBelow(text: string, title: string): readonly string[] {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.includes("│") && line.includes(title));
  return at < 0 ? [] : cellsOf(lines[at + 2] ?? "");
}

/** The cells of the first row whose first cell is `name`, without that one; empty when there is none. */
export function rowOf(text: string, name: string): readonly string[] {
  const rows = text.split("\n").map(cellsOf);
  return rows.find(([first]) => first === name)?.slice(1) ?? [];
}
