import { describeIssues, type Issue } from "./issues.ts";
import { type ErrorDetails, WirekitError } from "./wirekit-error.ts";

/** How a subclass words its error. */
export interface ValidationErrorOptions<Code extends string> {
  /** Default `"wirekit/validation"`. */
  readonly code?: Code | undefined;
  /** All of the text, where the issues add nothing to it. Default: the prefix and the issues. */
  readonly message?: string | undefined;
  /** The text before the issues. Default `"Invalid message"`. */
  readonly prefix?: string | undefined;
  /** The issues in one line. Default: each with its path before it, as {@link describeIssues} does. */
  readonly describe?: ((issues: readonly Issue[]) => string) | undefined;
  readonly details?: ErrorDetails | undefined;
  readonly cause?: unknown;
}

/**
 * A value does not have the required form: nothing was sent, or what was received is invalid. Not retryable:
 * the value must change.
 */
export class ValidationError<Code extends string = string> extends WirekitError<Code | "wirekit/validation"> {
  static override readonly mark: string = "@wirekit/core/ValidationError";

  /** Every fault that was found; `path` is the wire path of the field. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], options: ValidationErrorOptions<Code> = {}) {
    const { prefix = "Invalid message", describe = describeIssues } = options;
    const paths = issues.map((issue) => issue.path);
    super(options.message ?? `${prefix}: ${describe(issues)}`, {
      code: options.code ?? "wirekit/validation",
      details: options.message === undefined ? { ...options.details, paths } : options.details,
      cause: options.cause,
    });
    this.issues = issues;
  }
}
