/** A name, in each form that a template has a placeholder for. */
export interface PackageNames {
  /** `acme-events`: the folder, and the name without its scope. */
  readonly kebab: string;
  /** `AcmeEvents`: the beginning of its classes. */
  readonly pascal: string;
  /** `ACME_EVENTS`: the beginning of its variables. */
  readonly snake: string;
}

/**
 * @throws Error when `name` cannot name a package: it also stands in codes of errors, which have letters and
 * hyphens only.
 */
export function packageNames(name: string): PackageNames {
  if (!/^[a-z]+(-[a-z]+)*$/.test(name))
    throw new Error(
      `${JSON.stringify(name)} is no name for a package: use small letters and hyphens, as in acme-events`,
    );
  const words = name.split("-");
  return {
    kebab: name,
    pascal: words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join(""),
    snake: words.join("_").toUpperCase(),
  };
}
