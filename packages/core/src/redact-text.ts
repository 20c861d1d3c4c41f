/** The secrets to keep out of a text or a value. */
export interface RedactOptions {
  /**
   * Values known to be secret: each is cut out wherever it stands, also inside a longer text, escaped as in
   * JSON or as in a URL. Shorter than four characters they are left alone: they stand in every text.
   */
  readonly secrets?: readonly (string | undefined)[] | undefined;
}

/** The text in place of a secret. */
export const redacted = "[redacted]";

/** `text` without any of the known secrets in it. */
export function redactText(text: string, options: RedactOptions = {}): string {
  return cutOut(text, spellings(options.secrets));
}

/** At most `maxLength` characters of `text` without the known secrets; says how much was left off. */
export function excerpt(text: string, maxLength: number, options: RedactOptions = {}): string {
  // Secrets go first: one that straddles the cut would otherwise be shown in part.
  const shown = redactText(text, options);
  if (shown.length <= maxLength) return shown;
  // Half of a character that takes two code units is no text, and many a log refuses it.
  const end = /[\uD800-\uDBFF]/.test(shown.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
  return `${shown.slice(0, end)}... (${shown.length - end} more characters)`;
}

/** Every way in which the secrets may be written in a text. */
export function spellings(secrets: readonly (string | undefined)[] = []): readonly string[] {
  const known = secrets.filter((secret) => secret !== undefined && secret.length > 3) as string[];
  return [...new Set(known.flatMap((secret) => [secret, asInJson(secret), asInUrl(secret)]))];
}

function asInJson(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}

function asInUrl(secret: string): string {
  // Half of a character that takes two code units has no such form, and encodeURIComponent throws on it.
  return encodeURIComponent(secret.replace(/\p{Surrogate}/gu, "\uFFFD"));
}

/** Cuts out whatever any of the secrets covers, also where two of them overlap. */
export function cutOut(text: string, secrets: readonly string[]): string {
  const spans = secrets.flatMap((secret) => occurrences(text, secret));
  if (spans.length === 0) return text;
  spans.sort((one, other) => one.start - other.start);

  let shown = "";
  let shownTo = 0;
  let coveredTo = -1;
  for (const { start, end } of spans) {
    if (start > coveredTo) shown += text.slice(shownTo, start) + redacted;
    coveredTo = Math.max(coveredTo, end);
    shownTo = coveredTo;
  }
  return shown + text.slice(shownTo);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function occurrences(text: string, secret: string): Span[] {
  const spans: Span[] = [];
  for (let start = text.indexOf(secret); start !== -1; start = text.indexOf(secret, start + 1)) {
    spans.push({ start, end: start + secret.length });
  }
  return spans;
}
