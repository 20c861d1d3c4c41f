/** Ends of names whose values are secret wherever they stand; in lower case, without `-`, `_` and blanks. */
const secretEndings = [
  "authorization",
  "cookie",
  "password",
  "passwd",
  "passphrase",
  "secret",
  "token",
  "apikey",
  "accesskey",
  "privatekey",
  "secretkey",
  "credential",
  "signature",
];

/**
 * Whether the value under `name` must not be shown: `AWS_SECRET_ACCESS_KEY`, `authorization`,
 * `userPasswords`.
 */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[-_\s]/g, "");
  return secretEndings.some((ending) => plain.endsWith(ending) || plain.endsWith(`${ending}s`));
}
