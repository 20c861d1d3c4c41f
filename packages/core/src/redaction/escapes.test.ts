import { describe, expect, it } from "@jest/globals";
import { redact } from "./redact.ts";
import { excerpt, redactText } from "./redact-text.ts";

const secret = `wJalr/XU+tn"<F>'&\\ é😀`;
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const unicode = (digits: (unit: number) => string) => (text: string) =>
  text.replace(/[^a-z]/gi, (mark) =>
    [...Array(mark.length).keys()].map((at) => digits(mark.charCodeAt(at))).join(""),
  );
const hex = (number: number, digits: number) => number.toString(16).padStart(digits, "0");
const bytes = (prefix: string) => (text: string) =>
  [...new TextEncoder().encode(text)].map((byte) => `${prefix}${hex(byte, 2)}`).join("");
const points = (write: (point: number) => string) => (text: string) =>
  [...text].map((character) => write(character.codePointAt(0) ?? 0)).join("");

const forms: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  JSON: json,
  "JSON with \\/": (text) => json(text).replaceAll("/", "\\/"),
  "JSON in ASCII": (text) => json(text).replace(/[^ -~]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`),
  "JSON that is safe in HTML": (text) =>
    json(text).replace(/[<>&']/g, (mark) => `\\u${hex(mark.charCodeAt(0), 4)}`),
  "JSON in capitals": unicode((unit) => `\\u${hex(unit, 4).toUpperCase()}`),
  "JavaScript, \\u{}": points((point) => `\\u{${point.toString(16)}}`),
  "Python, \\U": points((point) => `\\U${hex(point, 8)}`),
  "Python, bytes": bytes("\\x"),
  "in single quotes": (text) => text.replace(/[\\']/g, "\\$&"),
  "a URL's component": encodeURIComponent,
  "a URL": encodeURI,
  "a URL in small letters": (text) => encodeURIComponent(text).replace(/%../g, (byte) => byte.toLowerCase()),
  "every byte by %": bytes("%"),
  "a form": (text) => new URLSearchParams({ k: text }).toString().slice(2),
  "escape()": unicode((unit) => (unit > 255 ? `%u${hex(unit, 4)}` : `%${hex(unit, 2)}`)),
  XML: (text) =>
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("'", "&apos;"),
  "HTML, decimal": points((point) => `&#${point};`),
  "HTML, hex": points((point) => `&#x${point.toString(16)};`),
};

describe("a secret is found", () => {
  const names = Object.keys(forms);
  it.each(names)("as %s, and as that in each other form", (name) => {
    const written = forms[name]?.(secret) ?? "";
    for (const [outer, write] of [["", (text: string) => text] as const, ...Object.entries(forms)]) {
      const text = write(`<${written}>`);
      const shown = redactText(text, { secrets: [secret] });
      expect({ outer, shown }).toEqual({ outer, shown: `${write("<")}[redacted]${write(">")}` });
      expect(excerpt(text, 10_000, { secrets: [secret] })).toBe(shown);
    }
  });

  it("in JSON in JSON in JSON in a URL", () => {
    const text = encodeURIComponent(json(json(json(secret))));
    expect(redactText(`?k=${text}&l=1`, { secrets: [secret] })).toBe("?k=[redacted]&l=1");
  });

  it.each([
    ["trimmed, as a header is", " tok  en\t ", "x:tok  en\n", "x:[redacted]\n"],
    ["with blanks made one, as in what is signed", " tok  en ", "x:tok en\n", "x:[redacted]\n"],
    ["without half a surrogate pair", "tok\ud800en", "x: tok\ufffden", "x: [redacted]"],
    [
      "though it looks like an escape itself",
      "a%2Fb\\u0041",
      "see a%2Fb\\u0041 a/bA",
      "see [redacted] [redacted]",
    ],
    [
      "where an escape seems to begin before it",
      "needle22",
      "C:\\needle22 100%needle22",
      "C:\\[redacted] 100%[redacted]",
    ],
    ["where hex digits seem to follow", "safe22", "%41safe22 &#safe22;", "%41[redacted] &#[redacted];"],
  ])("%s", (_name, known, text, shown) => {
    expect(redactText(text, { secrets: [known] })).toBe(shown);
    expect(redact({ text }, { secrets: [known] })).toEqual({ text: shown });
  });

  it.each([
    "%",
    "%4",
    "\\",
    "\\u12",
    "\\x4",
    "&#",
    "&;",
    "&#;",
    "&#x110000;",
    "&#9999999999;",
    "%ff%fe",
    "\\u{110000}",
    "\\U99999999",
  ])("beside %p, which is no escape", (text) => {
    expect(redactText(text, { secrets: ["needle22"] })).toBe(text);
    expect(redactText(`needle22${text}`, { secrets: ["needle22"] })).toBe(`[redacted]${text}`);
  });
});

it("leaves other escapes as they are written", () => {
  const text = `{"a":"\\u00e9\\n%41&amp;","b":"needle22"}`;
  expect(redactText(text, { secrets: ["needle22"] })).toBe(text.replace("needle22", "[redacted]"));
});
