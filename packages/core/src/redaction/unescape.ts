/** A text as code units, and where in the original each of them was written. */
export interface Layer {
  readonly units: Uint16Array;
  /** Where the writing of each unit begins in the original; absent if it is the original. */
  readonly starts?: Int32Array | undefined;
  /** Where it ends: the place after its last character. */
  readonly ends?: Int32Array | undefined;
}

/** `text` as it stands. */
export function plainLayer(text: string): Layer {
  const units = new Uint16Array(text.length);
  for (let index = 0; index < text.length; index += 1) units[index] = text.charCodeAt(index);
  return { units };
}

/** Where a text ends: by itself, or because it was cut there, so that it may end in half an escape. */
export type TextEnd = "whole" | "cut";

/**
 * Undoes one level of escaping, in one pass, whichever escapes there are: those of JSON, JavaScript and
 * Python (`\n`, `\/`, `\x41`, `\u0041`, `\u{41}`, `\U00000041`), of URLs and forms (`%41`, `%u0041`, `+`),
 * and of XML and HTML (`&quot;`, `&#65;`, `&#x41;`). Returns `undefined` if there is nothing to undo.
 */
export function unescapeOnce(layer: Layer, end: TextEnd): Layer | undefined {
  const { units, starts, ends } = layer;
  const { length } = units;
  if (!units.some(beginsEscape)) return undefined;

  const out = {
    units: new Uint16Array(length),
    starts: new Int32Array(length),
    ends: new Int32Array(length),
  };
  let size = 0;
  let isChanged = false;
  const put = (unit: number, from: number, to: number) => {
    out.units[size] = unit;
    out.starts[size] = starts?.[from] ?? from;
    out.ends[size] = ends?.[to - 1] ?? to;
    size += 1;
  };
  for (let at = 0; at < length; ) {
    const unit = units[at] ?? 0;
    if (!beginsEscape(unit)) {
      put(unit, at, at + 1);
      at += 1;
      continue;
    }
    if (end === "cut" && unit !== plus && length - at < longestEscape) {
      isChanged = true;
      break;
    }
    const found = readEscape(units, at);
    const to = at + (found?.length ?? 1);
    const point = found?.point ?? unit;
    if (point > 0xffff) {
      put(0xd800 + ((point - 0x10000) >> 10), at, to);
      put(0xdc00 + ((point - 0x10000) & 0x3ff), at, to);
    } else put(point, at, to);
    isChanged ||= found !== undefined;
    at = to;
  }
  if (!isChanged) return undefined;
  return {
    units: out.units.subarray(0, size),
    starts: out.starts.subarray(0, size),
    ends: out.ends.subarray(0, size),
  };
}

const backslash = 0x5c;
const percent = 0x25;
const ampersand = 0x26;
const plus = 0x2b;
const semicolon = 0x3b;
const smallU = 0x75;
const bigU = 0x55;
const smallX = 0x78;
/** Of a character in four bytes of UTF-8, `\xf0\x9f\x98\x80`. */
const longestEscape = 16;

function beginsEscape(unit: number): boolean {
  return unit === backslash || unit === percent || unit === ampersand || unit === plus;
}

/** A character, and how many units its writing takes. */
interface Escape {
  readonly point: number;
  readonly length: number;
}

function readEscape(units: Uint16Array, at: number): Escape | undefined {
  switch (units[at]) {
    case plus:
      return { point: 0x20, length: 1 };
    case backslash:
      return afterBackslash(units, at);
    case percent:
      return afterPercent(units, at);
    default:
      return entity(units, at);
  }
}

/** `\b \t \n \v \f \r \0`, by their letters. */
const controls = new Map(
  Object.entries({ b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 }).map(([letter, point]) => [
    letter.charCodeAt(0),
    point,
  ]),
);

function afterBackslash(units: Uint16Array, at: number): Escape | undefined {
  const next = units[at + 1];
  if (next === undefined) return undefined;
  // Any mark stands for itself: `\"`, `\/`, `\'`, `\\`.
  if (!isWordCharacter(next)) return { point: next, length: 2 };
  if (next === smallU) return hexEscape(units, at, { prefix: 2, digits: 4 }) ?? bracedEscape(units, at);
  if (next === bigU) return hexEscape(units, at, { prefix: 2, digits: 8 });
  if (next === smallX) return bytesEscape(units, at, 2);
  const point = controls.get(next);
  return point === undefined ? undefined : { point, length: 2 };
}

function isWordCharacter(unit: number): boolean {
  const lower = unit | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f;
}

function afterPercent(units: Uint16Array, at: number): Escape | undefined {
  if (units[at + 1] === smallU) return hexEscape(units, at, { prefix: 2, digits: 4 });
  return bytesEscape(units, at, 1);
}

function hexEscape(
  units: Uint16Array,
  at: number,
  { prefix, digits }: { readonly prefix: number; readonly digits: number },
): Escape | undefined {
  const point = hexAt(units, at + prefix, digits);
  return point === -1 || point > 0x10ffff ? undefined : { point, length: prefix + digits };
}

/** `\u{1f600}` */
function bracedEscape(units: Uint16Array, at: number): Escape | undefined {
  if (units[at + 2] !== 0x7b) return undefined;
  const match = /^([\da-f]{1,6})\}/i.exec(textAt(units, at + 3, 7));
  const point = Number.parseInt(match?.[1] ?? "", 16);
  return match && point <= 0x10ffff ? { point, length: 3 + match[0].length } : undefined;
}

/** A byte in two hex digits behind a prefix, or as many of them as make up a character in UTF-8. */
function bytesEscape(units: Uint16Array, at: number, prefix: number): Escape | undefined {
  const width = prefix + 2;
  const byteAt = (index: number) => {
    for (let offset = 0; offset < prefix; offset += 1)
      if (units[at + index * width + offset] !== units[at + offset]) return -1;
    return hexAt(units, at + index * width + prefix, 2);
  };
  const lead = byteAt(0);
  if (lead === -1) return undefined;
  const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0;
  let point = more === 0 ? lead : lead & (0x3f >> more);
  for (let index = 1; index <= more; index += 1) {
    const byte = byteAt(index);
    // No UTF-8: the byte is then a character of Latin-1.
    if (byte < 0x80 || byte > 0xbf) return { point: lead, length: width };
    point = point * 64 + (byte & 0x3f);
  }
  return point > 0x10ffff ? { point: lead, length: width } : { point, length: width * (more + 1) };
}

const named: Readonly<Record<string, number>> = {
  amp: 0x26,
  lt: 0x3c,
  gt: 0x3e,
  quot: 0x22,
  apos: 0x27,
  nbsp: 0xa0,
};

function entity(units: Uint16Array, at: number): Escape | undefined {
  const end = units.subarray(at + 1, at + 11).indexOf(semicolon);
  if (end < 1) return undefined;
  const name = textAt(units, at + 1, end);
  const [, hex, decimal] = /^#(?:x([\da-f]+)|(\d+))$/i.exec(name) ?? [];
  const point =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : decimal !== undefined
        ? Number(decimal)
        : named[name.toLowerCase()];
  return point === undefined || point > 0x10ffff ? undefined : { point, length: end + 2 };
}

function textAt(units: Uint16Array, at: number, length: number): string {
  return String.fromCharCode(...units.subarray(at, at + length));
}

/** The number in hex digits; `-1` if it is none. */
function hexAt(units: Uint16Array, at: number, digits: number): number {
  let value = 0;
  for (let index = at; index < at + digits; index += 1) {
    const digit = hexDigit(units[index] ?? 0);
    if (digit === -1) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
