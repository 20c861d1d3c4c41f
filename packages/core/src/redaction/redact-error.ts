import { messageOf } from "../errors/wirekit-error.ts";
import { cutOut, type RedactOptions, searchFor } from "./redact-text.ts";

/** What an error is rid of. */
export interface RedactErrorOptions extends RedactOptions {
  /** What else a text is rid of. */
  readonly clean?: ((text: string) => string) | undefined;
}

/** An error is shown with so many of those behind it. */
const maxCauses = 8;
const maxErrors = 8;
/** What is behind that of a message or a stack is left off, and not looked at. */
const maxTextLength = 20_000;

/**
 * A copy of a stranger's error that can be handed on: its name, code, message, stack and causes, without the
 * known secrets. Nothing else of it: what others hang on errors (requests, answers, options) can hold
 * anything. Never throws.
 */
export function redactError(thrown: unknown, { secrets, clean = same }: RedactErrorOptions): Error {
  const search = searchFor({ secrets });
  const safe = (text: string) => clean(cutOut(text.slice(0, maxTextLength), search));

  function copyOf(value: unknown, depth: number): Error {
    const { name, code, syscall, stack, cause, errors } = membersOf(value);
    const copy = new Error(safe(messageOf(value)));
    if (typeof name === "string") define(copy, "name", safe(name));
    if (typeof stack === "string") define(copy, "stack", safe(stack));
    if (typeof code === "string") Object.assign(copy, { code: safe(code) });
    if (typeof syscall === "string") Object.assign(copy, { syscall: safe(syscall) });
    if (depth === maxCauses) return copy;
    if (cause !== undefined) define(copy, "cause", copyOf(cause, depth + 1));
    if (Array.isArray(errors))
      define(
        copy,
        "errors",
        errors.slice(0, maxErrors).map((each) => copyOf(each, maxCauses)),
      );
    return copy;
  }
  return copyOf(thrown, 0);
}

type Members = Readonly<Partial<Record<"name" | "code" | "syscall" | "stack" | "cause" | "errors", unknown>>>;

function membersOf(value: unknown): Members {
  if (typeof value !== "object" || value === null) return {};
  try {
    const { name, code, syscall, stack, cause, errors } = value as Members;
    return { name, code, syscall, stack, cause, errors };
  } catch {
    return {};
  }
}

function define(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true });
}

function same(text: string): string {
  return text;
}
