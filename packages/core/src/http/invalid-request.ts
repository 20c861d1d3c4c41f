import { ValidationError } from "../errors/validation-error.ts";

/**
 * The error of a request that cannot be sent as it is. It names the part and what was expected, never the
 * value.
 */
export function invalidRequest(path: string, message: string): ValidationError<"wirekit/invalid-request"> {
  return new ValidationError([{ path, message }], {
    code: "wirekit/invalid-request",
    prefix: "Invalid request",
  });
}
