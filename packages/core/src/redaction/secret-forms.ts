import { plainLayer, unescapeOnce } from "./unescape.ts";

/** How many levels of what looks like escaping in a secret itself are undone. */
const maxOwnLevels = 4;

/** Shorter ones are left alone: they stand in every text. */
const minLength = 4;

/**
 * The forms that a secret can have in a text of which some levels of escaping have been undone: as it is; as
 * a header carries it, without blanks at its ends and with one in place of several; as bytes carry it, with
 * halves of surrogate pairs replaced; and each of these with its own escapes undone, because what looks like
 * an escape in a secret is undone in the text as well.
 *
 * @param maxLength what is beyond that of a secret is not looked at.
 */
export function formsOf(secrets: readonly (string | undefined)[], maxLength: number): readonly string[] {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === undefined || secret.length < minLength) continue;
    for (const form of carriedForms(secret.slice(0, maxLength))) {
      for (const level of levelsOf(form)) if (level.length >= minLength) forms.add(level);
    }
  }
  return [...forms];
}

function carriedForms(secret: string): readonly string[] {
  const forms = [secret];
  if (/^\s|\s$|\s\s|[\t\r\n]/.test(secret)) {
    const trimmed = secret.trim();
    forms.push(trimmed, trimmed.replace(/\s+/g, " "));
  }
  if (!hasSurrogate.test(secret)) return forms;
  return [...forms, ...forms.map((form) => form.replace(/\p{Surrogate}/gu, "\uFFFD"))];
}

const hasSurrogate = /\p{Surrogate}/u;
const mayHoldEscape = /[\\%&+]/;

function levelsOf(form: string): readonly string[] {
  if (!mayHoldEscape.test(form)) return [form];
  const levels = [form];
  let layer = unescapeOnce(plainLayer(form), "whole");
  while (layer !== undefined && levels.length <= maxOwnLevels) {
    levels.push(textOf(layer.units));
    layer = unescapeOnce(layer, "whole");
  }
  return levels;
}

const pieceLength = 8192;

function textOf(units: Uint16Array): string {
  const pieces: string[] = [];
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < units.length; at += pieceLength)
    pieces.push(String.fromCharCode(...units.subarray(at, at + pieceLength)));
  return pieces.join("");
}
