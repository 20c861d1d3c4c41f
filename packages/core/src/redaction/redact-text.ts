import { formsOf } from "./secret-forms.ts";
import { addSpan, SecretSearch, type Span } from "./secret-search.ts";
import { type Layer, plainLayer, type TextEnd, unescapeOnce } from "./unescape.ts";

/** The secrets to keep out of a text or a value. */
export interface RedactOptions {
  /**
   * Values known to be secret: each is cut out wherever it stands, also inside a longer text, and also if it
   * is escaped, up to four times over, as in JSON, JavaScript, Python, URLs, forms or XML, or trimmed as a
   * header is. Encodings that mix characters, such as base64, are not looked through. Shorter than four
   * characters they are left alone: they stand in every text.
   */
  readonly secrets?: readonly (string | undefined)[] | undefined;
}

/** The text in place of a secret. */
export const redacted = "[redacted]";

/** `text` without any of the known secrets in it. Takes time in proportion to the text and the secrets. */
export function redactText(text: string, options: RedactOptions = {}): string {
  return cutOut(text, searchFor(options));
}

/** Behind the cut it is looked for so many characters whether a secret begins before it. */
const lookAhead = 1024;
/** Of a secret so many times as many characters are looked at, because they may be escapes. */
const secretToText = 8;

/**
 * At most `maxLength` characters of `text`, without the known secrets and without a part of one; says how
 * much was left off. What is left off is not looked at.
 */
export function excerpt(text: string, maxLength: number, { secrets = [] }: RedactOptions = {}): string {
  const looked = text.slice(0, maxLength + lookAhead);
  const end = looked.length < text.length ? "cut" : "whole";
  const forms = formsOf(secrets, looked.length * secretToText);
  const spans = forms.length === 0 ? [] : secretSpans(looked, new SecretSearch(forms), end);

  // Nothing behind the cut is shown in place of what is redacted before it: a secret may go on there.
  const cut = Math.min(maxLength, text.length);
  const pieces: string[] = [];
  let room = maxLength;
  let shownTo = 0;
  const show = (piece: string, to: number) => {
    pieces.push(piece);
    room -= piece.length;
    shownTo = to;
  };
  for (const { start, end: spanEnd } of [...spans, { start: cut, end: cut }]) {
    const limit = Math.min(cut, shownTo + room);
    const to = start < limit ? start : beforePair(text, limit);
    show(text.slice(shownTo, to), to);
    if (to < start || start === cut || room < redacted.length) break;
    show(redacted, spanEnd);
  }
  const shown = pieces.join("");
  return shownTo < text.length ? `${shown}... (${text.length - shownTo} more characters)` : shown;
}

/** Half of a character that takes two code units is no text, and many a log refuses it. */
function beforePair(text: string, cut: number): number {
  return cut < text.length && /[\uD800-\uDBFF]/.test(text.charAt(cut - 1)) ? cut - 1 : cut;
}

/** A search for the secrets; `undefined` if there is nothing to look for. */
export function searchFor({ secrets = [] }: RedactOptions): SecretSearch | undefined {
  const forms = formsOf(secrets, Number.POSITIVE_INFINITY);
  return forms.length === 0 ? undefined : new SecretSearch(forms);
}

/** Cuts out whatever any of the secrets covers, also where two of them overlap. */
export function cutOut(text: string, search: SecretSearch | undefined): string {
  const spans = search === undefined ? [] : secretSpans(text, search, "whole");
  if (spans.length === 0) return text;
  const pieces: string[] = [];
  let shownTo = 0;
  for (const { start, end } of spans) {
    pieces.push(text.slice(shownTo, start), redacted);
    shownTo = end;
  }
  return pieces.join("") + text.slice(shownTo);
}

/** Four levels of escaping, and as many of what looks like escaping in a secret. */
const maxLevels = 8;

/** Where secrets stand in a text, in whichever form. */
function secretSpans(text: string, search: SecretSearch, textEnd: TextEnd): readonly Span[] {
  const all: Span[] = [];
  let layer: Layer | undefined = plainLayer(text);
  for (let level = 0; layer !== undefined && level <= maxLevels; level += 1) {
    const { units, starts, ends }: Layer = layer;
    for (const span of search.spansIn(units, textEnd))
      all.push({ start: starts?.[span.start] ?? span.start, end: ends?.[span.end - 1] ?? span.end });
    layer = unescapeOnce(layer, textEnd);
  }
  all.sort((one, other) => one.end - other.end);
  const spans: { start: number; end: number }[] = [];
  for (const { start, end } of all) addSpan(spans, start, end);
  return spans;
}
