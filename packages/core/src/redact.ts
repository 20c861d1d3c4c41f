const replacement = "[redacted]";

/** Names whose values are secret wherever they stand; compared without case, `-` and `_`. */
const secretNames = [
  "authorization",
  "cookie",
  "setcookie",
  "password",
  "secret",
  "token",
  "apikey",
  "accesskey",
  "privatekey",
  "secretaccesskey",
  "sessiontoken",
  "xamzsecuritytoken",
  "credentials",
  "signature",
];

/** Whether the value under `name` must not be shown: `AWS_SECRET_ACCESS_KEY`, `authorization`, `userPassword`. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[-_\s]/g, "");
  return secretNames.some((secret) => plain.endsWith(secret));
}

/** What to keep out of a text or a value. */
export interface RedactOptions {
  /** Values known to be secret: each is cut out wherever it stands, also inside a longer text. */
  readonly secrets?: readonly (string | undefined)[] | undefined;
}

/**
 * A copy of `value` that can be shown: what stands under a secret name is replaced, and every known secret is cut
 * out of every text. Cycles and very deep values are cut off rather than followed.
 */
export function redact(value: unknown, options: RedactOptions = {}): unknown {
  const secrets = usable(options.secrets);
  const open = new Set<object>();

  function visit(current: unknown, depth: number): unknown {
    if (typeof current === "string") return cutOut(current, secrets);
    if (typeof current !== "object" || current === null) return current;
    if (open.has(current)) return "[circular]";
    if (depth > 16) return "[too deep]";
    open.add(current);
    const shown = Array.isArray(current)
      ? current.map((item) => visit(item, depth + 1))
      : Object.fromEntries(
          Object.entries(current).map(([name, item]) => [
            name,
            isSecretName(name) ? replacement : visit(item, depth + 1),
          ]),
        );
    open.delete(current);
    return shown;
  }
  return visit(value, 0);
}

/** `text` without any of the known secrets in it. */
export function redactText(text: string, options: RedactOptions = {}): string {
  return cutOut(text, usable(options.secrets));
}

/** At most `maxLength` characters of `text` without the known secrets; says how much was left off. */
export function excerpt(text: string, maxLength: number, options: RedactOptions = {}): string {
  // Secrets go first: one that straddles the cut would otherwise be shown in part.
  const shown = redactText(text, options);
  if (shown.length <= maxLength) return shown;
  return `${shown.slice(0, maxLength)}... (${shown.length - maxLength} more characters)`;
}

function cutOut(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, replacement), text);
}

function usable(secrets: readonly (string | undefined)[] | undefined): string[] {
  // The longest first, so that a secret which contains another leaves nothing of itself behind.
  return (secrets ?? [])
    .filter((secret): secret is string => secret !== undefined && secret.length > 3)
    .sort((one, other) => other.length - one.length);
}
