import type { Issue } from "@wirekit/core";
import { memberPath } from "@wirekit/core/kit";
import { wireNameOf } from "./field-names.ts";

/**
 * A fault under its path on the wire, from a path in the names used here: `["payload", "taxId"]` is
 * `payload.tax_id`.
 */
export function wireIssue(path: readonly string[], message: string): Issue {
  return {
    // Only the envelope's own names are renamed: what lies deeper in a payload is the user's.
    path: path.reduce((parent, name, depth) => memberPath(parent, depth < 2 ? wireNameOf(name) : name), ""),
    message,
  };
}
