/** Plain facts about a fault, safe to log: ids, sizes, limits, status codes. Never a credential or a body. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The options of every Wirekit error. */
export interface WirekitErrorOptions<Code extends string = string> {
  /** Stable and machine readable, `package/fault`: `"kindo/refused"`. */
  readonly code: Code;
  /** Whether the same call may succeed when it is made again. Default `false`. */
  readonly retryable?: boolean | undefined;
  readonly details?: ErrorDetails | undefined;
  readonly cause?: unknown;
}

/**
 * Holds the marks of an error's classes. Registered, so that every copy of this package uses the same one.
 */
const marks = Symbol.for("@wirekit/core/marks");

/**
 * The base of every error that a Wirekit package throws.
 *
 * `instanceof` works for it and for its subclasses across copies: a program that loads one package as ESM and
 * another as CommonJS, or two versions of core, holds several copies of this class, and each recognises the
 * errors of the others by their marks.
 */
export class WirekitError<Code extends string = string> extends Error {
  /**
   * Identifies the class across copies: `package/ClassName`. What follows the last slash is the `name` of its
   * errors. A subclass that sets no mark of its own is recognised by its prototype chain, as any class is,
   * and has its parent's name.
   */
  static readonly mark: string = "@wirekit/core/WirekitError";

  /** Marks of classes besides its parents that the errors of this class count as instances of. */
  static readonly alsoMarks: readonly string[] = [];

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
    const { mark } = new.target;
    // Not enumerable, so that loggers show what the error says and nothing of how it is recognised.
    Object.defineProperty(this, "name", { value: mark.slice(mark.lastIndexOf("/") + 1), configurable: true });
    Object.defineProperty(this, marks, { value: marksOf(new.target) });
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }

  /** Whether `value` was made by this class or a subclass, whichever copy of it. Never throws. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore-start lint/complexity/noThisInStatic: `this` is the class on the right of `instanceof`,
    // often a subclass
    try {
      if (Object.hasOwn(this, "mark"))
        return (value as Marked | undefined)?.[marks]?.includes(this.mark) ?? false;
      return Function.prototype[Symbol.hasInstance].call(this, value);
    } catch {
      // A proxy can refuse even this question.
      return false;
    }
    // biome-ignore-end lint/complexity/noThisInStatic: see above
  }

  /**
   * Turns anything thrown into a Wirekit error. A Wirekit error is returned as it is; anything else becomes
   * the `cause` of one with the code `"wirekit/unknown"`, which is not retryable.
   */
  static from(thrown: unknown): WirekitError {
    if (thrown instanceof WirekitError) return thrown;
    return new WirekitError(messageOf(thrown), { code: "wirekit/unknown", cause: thrown });
  }
}

interface Marked {
  readonly [marks]?: readonly string[];
}

type MarkedClass = (abstract new (
  ...args: never
) => unknown) & {
  readonly mark?: string;
  readonly alsoMarks?: readonly string[];
};

/**
 * The marks of a class and of its parents. Computed once for each class, because errors are made in numbers.
 */
function marksOf(errorClass: MarkedClass): readonly string[] {
  const known = marksByClass.get(errorClass);
  if (known !== undefined) return known;
  const found: string[] = [];
  for (
    let each: MarkedClass | null = errorClass;
    each?.mark !== undefined;
    each = Object.getPrototypeOf(each)
  ) {
    if (Object.hasOwn(each, "mark")) found.push(each.mark);
    if (Object.hasOwn(each, "alsoMarks")) found.push(...(each.alsoMarks ?? []));
  }
  marksByClass.set(errorClass, found);
  return found;
}

const marksByClass = /* @__PURE__ */ new WeakMap<MarkedClass, readonly string[]>();

/** Returns the message of anything thrown, also if it is not an error, or if reading it throws. */
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
