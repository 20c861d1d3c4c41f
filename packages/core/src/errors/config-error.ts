import { describeIssues, type Issue } from "./issues.ts";
import { WirekitError } from "./wirekit-error.ts";

/**
 * The configuration cannot be used. The error names every variable or option at fault. It never shows a
 * value, because a value may be secret. It is thrown before anything is opened or sent.
 */
export class ConfigError extends WirekitError<"wirekit/config"> {
  static override readonly mark: string = "@wirekit/core/ConfigError";

  /** Every fault that was found; `path` is the name of the variable or option. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], options: { readonly cause?: unknown } = {}) {
    super(`Invalid configuration: ${describeIssues(issues)}`, {
      code: "wirekit/config",
      details: { names: issues.map((issue) => issue.path) },
      cause: options.cause,
    });
    this.issues = issues;
  }
}
