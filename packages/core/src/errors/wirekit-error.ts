/** Plain facts about a fault, safe to log: ids, sizes, limits, status codes. Never a credential or a body. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What every Wirekit error can be given besides its message. */
export interface WirekitErrorOptions<Code extends string = string> {
  /** Stable and machine readable, `package/fault`: `"kindo/refused"`. */
  readonly code: Code;
  /** Whether the same call may succeed when it is made again. Default `false`. */
  readonly retryable?: boolean | undefined;
  readonly details?: ErrorDetails | undefined;
  readonly cause?: unknown;
}

const mark = Symbol.for("@wirekit/core/WirekitError");

/**
 * The base of every error that a Wirekit package throws.
 *
 * Recognise it by {@link WirekitError.isInstance} rather than `instanceof`: a program that loads one package
 * as ESM and another as CommonJS holds two copies of this class.
 */
export class WirekitError<Code extends string = string> extends Error {
  override readonly name: string = "WirekitError";
  readonly [mark] = true;

  /** Stable and machine readable, `package/fault`. A later release may add codes; it never changes one. */
  readonly code: Code;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** Plain facts about the fault, safe to log. */
  readonly details: ErrorDetails;
  /** How often the operation was tried, when it was tried under `retry`; else absent. */
  declare attempts?: number;

  constructor(message: string, options: WirekitErrorOptions<Code>) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }

  /** Whether `value` is a Wirekit error, whichever copy of the class made it. */
  static isInstance(value: unknown): value is WirekitError {
    return hasMark(value, mark);
  }

  /**
   * The one way in for things thrown by strangers: a Wirekit error is returned as it is, anything else becomes
   * the `cause` of one with the code `"wirekit/unknown"`, which is not retryable.
   */
  static from(thrown: unknown): WirekitError {
    if (WirekitError.isInstance(thrown)) return thrown;
    return new WirekitError(messageOf(thrown), { code: "wirekit/unknown", cause: thrown });
  }
}

/** Whether `value` carries the mark that a class of errors puts on its instances. Never throws. */
export function hasMark(value: unknown, mark: symbol): boolean {
  try {
    return typeof value === "object" && value !== null && mark in value;
  } catch {
    // A proxy can refuse even this question.
    return false;
  }
}

/** The message of anything thrown; also where it is no error, and where reading it throws. */
export function messageOf(thrown: unknown): string {
  try {
    // Not `instanceof Error`: errors from another realm (a worker, a test runner's sandbox) fail it.
    if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
      return String(thrown.message) || wordless(thrown);
    }
    return `a value that is no error was thrown: ${String(thrown)}`;
  } catch {
    return "a value that is no error, and cannot be shown, was thrown";
  }
}

/** Node reports a host whose every address refused as an error without a message, but with a code. */
function wordless(error: object): string {
  if ("code" in error && typeof error.code === "string") return error.code;
  return "name" in error ? String(error.name) : "an error without a message was thrown";
}
