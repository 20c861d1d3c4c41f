import { ValidationError } from "../errors/validation-error.ts";

/** A request that cannot be sent as it stands. Says which part and what is expected, never what was found. */
export function invalidRequest(path: string, message: string): ValidationError<"wirekit/invalid-request"> {
  return new ValidationError([{ path, message }], {
    code: "wirekit/invalid-request",
    prefix: "Invalid request",
  });
}
