/** One fault, and where it is: the path of a field, or the name of a variable or option. */
export interface Issue {
  /**
   * The path as the user wrote it: `payload.items[2].price`, `AWS_REGION`, `timeoutMs`. Empty for the whole.
   */
  readonly path: string;
  /** What was expected, never the value that was found where that could be a secret. */
  readonly message: string;
}

/** All issues in one line: `AWS_REGION is required; timeoutMs must be a whole number above 0`. */
export function describeIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => (path === "" ? message : `${path} ${message}`)).join("; ");
}

const plainKey = /^[A-Za-z_$][\w$]*$/;

/**
 * The path of a member below `parent`, in the notation of the language: `items[2]`, `a.b`, `a["odd key"]`.
 */
export function memberPath(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  if (!plainKey.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === "" ? key : `${parent}.${key}`;
}
