import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { redact } from "./redact.ts";
import { excerpt, redactText } from "./redact-text.ts";
import { SecretSearch } from "./secret-search.ts";
import { plainLayer } from "./unescape.ts";

const unitsOf = (text: string) => plainLayer(text).units;

/** The same by trying every word at every place. */
function coverOf(text: string, words: readonly string[]): string {
  const covered = Array.from(text, () => false);
  for (const word of words) {
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
      covered.fill(true, at, at + word.length);
  }
  return covered.map((is) => (is ? "x" : ".")).join("");
}

it("finds what a search for each word by itself finds", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 6 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 8 }),
      fc.array(text, { minLength: 1, maxLength: 3 }),
      (words, texts) => {
        const search = new SecretSearch(words);
        for (const each of texts) {
          const shown = Array.from(each, () => ".");
          for (const { start, end } of search.spansIn(unitsOf(each), "whole")) shown.fill("x", start, end);
          expect(shown.join("")).toBe(coverOf(each, words));
        }
      },
    ),
  );
});

describe("the work of a search is in proportion to the text and the secrets", () => {
  const size = 20_000;
  const many = (make: (index: number) => string) => Array.from({ length: 50 }, (_, index) => make(index));
  const inputs: Readonly<Record<string, readonly [text: string, secrets: readonly string[]]>> = {
    "blanks in blanks": [" ".repeat(size), many((index) => " ".repeat(4 + index))],
    "long blanks in blanks": [" ".repeat(size), many((index) => " ".repeat(size / 2 + index))],
    "blanks and an end that never comes": [" ".repeat(size), many((index) => `${" ".repeat(1000)}${index}`)],
    "blanks behind a beginning that never comes": [
      " ".repeat(size),
      many((index) => `${index}${" ".repeat(1000)}`),
    ],
    "every end of a secret is a secret": [
      "ab".repeat(size / 2),
      many((index) => `${"ab".repeat(500)}c`.slice(index)),
    ],
    "a text that nearly repeats": [
      `${"a".repeat(99)}b`.repeat(size / 100),
      many((index) => "a".repeat(100 + index)),
    ],
  };

  it.each(Object.keys(inputs))("%s", (name) => {
    const [text, secrets] = inputs[name] ?? ["", []];
    const search = new SecretSearch(secrets);
    search.spansIn(unitsOf(text), "whole");
    const lengths = secrets.reduce((sum, { length }) => sum + length, text.length);
    expect(search.steps).toBeLessThan(4 * lengths);
  });
});

// Each of these takes minutes, or all memory there is, where the work grows faster than the input.
describe("a large text ends", () => {
  const length = 1_200_000;
  const payload = Array.from({ length: 50 }, (_, index) => " ".repeat(6 + index * 100));

  it.each([
    ["blanks", " "],
    ["backslashes", "\\"],
    ["percent signs", "%"],
    ["escaped percent signs", "%25"],
    ["ampersands", "&"],
    ["escapes", "\\u0020"],
    ["half escapes", "\\u00"],
  ])("of %s", (_name, part) => {
    const text = part.repeat(length / part.length);
    const secrets = [...payload, "\\".repeat(1000), "%".repeat(1000), "&".repeat(1000)];
    expect(redactText(text, { secrets }).length).toBeLessThanOrEqual(length);
    expect(excerpt(text, 2000, { secrets }).length).toBeLessThan(2100);
  });

  it("also among many secrets that begin alike", () => {
    const secrets = Array.from({ length: 5000 }, (_, index) => `${"a".repeat(100)}${index}`);
    expect(redactText("a".repeat(1_000_000), { secrets })).toHaveLength(1_000_000);
  });

  it("also where one object stands in very many places", () => {
    let value: unknown = "x";
    for (let level = 0; level < 14; level += 1) value = Array.from({ length: 10 }, () => value);
    expect(JSON.stringify(redact(value))).toContain("[too many]");
  });
});
