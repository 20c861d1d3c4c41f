/** One bar, with a line over its end for the values that lay around it. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BarChart {
  readonly title: string;
  /** What was measured, in a sentence; broken into lines where it is long. */
  readonly description: string;
  /** What the lengths mean, and what the lines over them. */
  readonly caption: string;
  /** Behind each figure: `sends/s`. */
  readonly unit: string;
  /** From top to bottom; the first one stands out. */
  readonly bars: readonly Bar[];
}

const width = 760;
const margin = 24;
const lineHeight = 20;
const barHeight = 22;
/** From one bar to the next: its name, the bar, and air. */
const step = 60;
/** Kept free to the right of the longest bar, for its figure. */
const figureWidth = 170;
/** What fits into a line of the description, also in a wide font. */
const lineLength = 90;

/**
 * A drawing of horizontal bars that begin at nought, as SVG. It brings its own background, for light and dark
 * surroundings, and needs no font or script.
 *
 * @throws RangeError where there is no bar, or a value that cannot be drawn.
 */
export function drawBarChart({ title, description, caption, unit, bars }: BarChart): string {
  const longest = Math.max(...bars.map(({ high, value }) => Math.max(high, value)));
  if (!bars.every(isDrawable) || !(longest > 0))
    throw new RangeError("bars have values of 0 or more, and not all 0");
  const scale = (value: number) => (value / longest) * (width - 2 * margin - figureWidth);
  const lines = wrapWords(description, lineLength);
  const titleY = margin + 14;
  const captionY = titleY + (lines.length + 1) * lineHeight;
  const top = captionY + 18;
  const height = top + bars.length * step + 4;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title caption">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="caption">${escapeXml(describe(bars, unit))}</desc>`,
    style,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    text("title", margin, titleY, title),
    ...lines.map((line, index) => text("description", margin, titleY + (index + 1) * lineHeight, line)),
    text("caption", margin, captionY, caption),
    ...bars.flatMap((bar, index) => drawBar(bar, { y: top + index * step, scale, unit, index })),
    "</svg>",
    "",
  ].join("\n");
}

function isDrawable({ value, low, high }: Bar): boolean {
  return [value, low, high].every((number) => Number.isFinite(number) && number >= 0);
}

function drawBar(
  { name, value, low, high }: Bar,
  at: {
    readonly y: number;
    readonly scale: (value: number) => number;
    readonly unit: string;
    readonly index: number;
  },
): readonly string[] {
  const { y, scale, unit, index } = at;
  const barY = y + 20;
  const middle = barY + barHeight / 2;
  const [from, to] = [margin + scale(low), margin + scale(high)];
  // What is a thousand times slower is still seen.
  const length = Math.max(scale(value), 2);
  const figureX = Math.max(margin + length, to) + 10;
  return [
    text("name", margin, y + 13, name),
    `<rect class="${index === 0 ? "first" : "other"}" x="${margin}" y="${barY}" width="${round(length)}" height="${barHeight}" rx="3"/>`,
    ...(low === high ? [] : [drawSpread(from, to, middle)]),
    text("figure", figureX, middle + 5, figure(value, unit)),
  ];
}

function drawSpread(from: number, to: number, y: number): string {
  const [left, right] = [round(from), round(to)];
  return `<path class="spread" d="M${left} ${y}H${right}M${left} ${y - 5}v10M${right} ${y - 5}v10"/>`;
}

function text(style: string, x: number, y: number, content: string): string {
  return `<text class="${style}" x="${round(x)}" y="${round(y)}">${escapeXml(content)}</text>`;
}

/** All of it in words, for those who do not see it. */
export function describe(bars: readonly Bar[], unit: string): string {
  return bars.map(({ name, value }) => `${name}: ${figure(value, unit)}`).join("; ");
}

function figure(value: number, unit: string): string {
  return `${Math.round(value).toLocaleString("en")} ${unit}`;
}

function wrapWords(sentence: string, most: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of sentence.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function escapeXml(content: string): string {
  return content
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const style = `<style>
text { font-family: system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.caption { font-size: 12px; fill: #59636e }
.description, .name { font-size: 13px }
.figure { font-size: 13px; font-weight: 600 }
.ground { fill: #ffffff; stroke: #d1d9e0 }
.first { fill: #0969da }
.other { fill: #818b98 }
.spread { fill: none; stroke: #1f2328; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .caption { fill: #9198a1 }
  .ground { fill: #0d1117; stroke: #3d444d }
  .first { fill: #4493f8 }
  .other { fill: #656c76 }
  .spread { stroke: #f0f6fc }
}
</style>`;
