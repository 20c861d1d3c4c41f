import { redacted } from "../redaction/redact-text.ts";
import { isSecretName } from "../redaction/secret-names.ts";

/**
 * `text` without what looks like a key of AWS's: a text of 40 characters or of more than 63 that mixes
 * letters, capitals and digits, and a long value behind a name such as `SecretAccessKey`. For the words of a
 * source of credentials, which may quote what it has read.
 */
export function withoutKeys(text: string): string {
  return text.replace(longRun, (run) => (isKey(run) ? redacted : run)).replace(namedValue, withoutSecret);
}

const longRun = /[A-Za-z0-9/+=_-]{40,}/g;
const namedValue = /(?<![\w-])([A-Za-z][\w-]{0,40})([\\"']{0,4}\s?[:=]\s?[\\"']{0,4})([^\s\\"',;}&]{16,})/g;

function isKey(run: string): boolean {
  const hasLengthOfKey = run.length === 40 || run.length > 63;
  return hasLengthOfKey && !run.startsWith("/") && /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
}

function withoutSecret(whole: string, name: string, separator: string): string {
  return isSecretName(name) ? `${name}${separator}${redacted}` : whole;
}
