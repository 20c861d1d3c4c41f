import { describe, expect, it } from "@jest/globals";
import { type BarChart, describe as describeBars, drawBarChart } from "./bar-chart.ts";

const chart: BarChart = {
  title: "sending",
  description: "10 single sends",
  caption: "sends/s, median of 3 rounds",
  unit: "sends/s",
  bars: [
    { name: "ours", value: 3000, low: 2900, high: 3100 },
    { name: "theirs", value: 1550, low: 1500, high: 1600 },
  ],
};

/** The attribute of every element of this class, in the order of the drawing. */
function numbersOf(svg: string, className: string, attribute: string): readonly number[] {
  const elements = svg.match(new RegExp(`<[a-z]+ class="${className}"[^>]*>`, "g")) ?? [];
  return elements.map((element) => Number(new RegExp(`\\b${attribute}="([^"]+)"`).exec(element)?.[1]));
}

describe("a bar chart", () => {
  it("draws the bars in proportion to their values", () => {
    const svg = drawBarChart(chart);
    const [first = 0] = numbersOf(svg, "first", "width");
    const [other = 0] = numbersOf(svg, "other", "width");
    expect(first).toBeGreaterThan(300);
    expect(other / first).toBeCloseTo(1550 / 3000, 2);
  });

  it("says the names and the figures, also in words for those who do not see it", () => {
    const svg = drawBarChart(chart);
    for (const text of ["sending", "10 single sends", "ours", "theirs", "3,000 sends/s", "1,550 sends/s"])
      expect(svg).toContain(`>${text}</text>`);
    expect(svg).toContain('<desc id="caption">ours: 3,000 sends/s; theirs: 1,550 sends/s</desc>');
    expect(describeBars(chart.bars, "sends/s")).toBe("ours: 3,000 sends/s; theirs: 1,550 sends/s");
  });

  it("draws a line from the lower to the upper value", () => {
    const svg = drawBarChart({ ...chart, bars: [{ name: "ours", value: 2, low: 1, high: 4 }] });
    const [, from, to] = /class="spread" d="M([\d.]+) [\d.]+H([\d.]+)/.exec(svg) ?? [];
    const [bar = 0] = numbersOf(svg, "first", "width");
    expect(Number(from) - 24).toBeCloseTo(bar / 2);
    expect(Number(to) - 24).toBeCloseTo(bar * 2);
  });

  it("draws no line where nothing lay around a value", () => {
    expect(drawBarChart({ ...chart, bars: [{ name: "ours", value: 2, low: 2, high: 2 }] })).not.toContain(
      'class="spread"',
    );
  });

  it("keeps everything inside the drawing, however many bars there are", () => {
    const bars = Array.from({ length: 7 }, (_, index) => ({
      name: `contender ${index}`,
      value: index + 1,
      low: index,
      high: index + 2,
    }));
    const svg = drawBarChart({ ...chart, bars });
    const height = Number(/viewBox="0 0 \d+ ([\d.]+)"/.exec(svg)?.[1]);
    const bottoms = numbersOf(svg, "other", "y").map((y) => y + 22);
    expect(bottoms).toHaveLength(6);
    expect(Math.max(...bottoms)).toBeLessThan(height);
    expect(Math.max(...numbersOf(svg, "figure", "x"))).toBeLessThan(760 - 150);
  });

  it("keeps a bar that is next to nothing visible", () => {
    const svg = drawBarChart({
      ...chart,
      bars: [
        { name: "ours", value: 1_000_000, low: 1_000_000, high: 1_000_000 },
        { name: "theirs", value: 1, low: 1, high: 1 },
      ],
    });
    expect(numbersOf(svg, "other", "width")).toEqual([2]);
  });

  it("breaks a long description between words", () => {
    const description = Array.from({ length: 30 }, (_, index) => `word-${index}`).join(" ");
    const lines = [...drawBarChart({ ...chart, description }).matchAll(/class="description"[^>]*>([^<]+)</g)];
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.map(([, line]) => line).join(" ")).toBe(description);
  });

  it("takes names for what they are", () => {
    const svg = drawBarChart({ ...chart, bars: [{ name: `a <b> & "c"`, value: 1, low: 1, high: 1 }] });
    expect(svg).toContain("a &lt;b&gt; &amp; &quot;c&quot;");
    expect(svg).not.toContain("<b>");
  });

  it("has colours for the light and for the dark, and nothing that a page would have to bring", () => {
    const svg = drawBarChart(chart);
    expect(svg).toContain("@media (prefers-color-scheme: dark)");
    expect(svg).not.toMatch(/<script|href|@import|url\(/);
  });

  it.each([
    ["no bars", []],
    ["a value that is no number", [{ name: "ours", value: Number.NaN, low: 0, high: 0 }]],
    ["a value below 0", [{ name: "ours", value: -1, low: 0, high: 1 }]],
    ["nothing but 0", [{ name: "ours", value: 0, low: 0, high: 0 }]],
  ])("refuses %s", (_, bars) => {
    expect(() => drawBarChart({ ...chart, bars })).toThrow(RangeError);
  });
});
