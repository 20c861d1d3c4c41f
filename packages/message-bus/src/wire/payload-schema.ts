import { InvalidMessageError } from "../errors.ts";
import type { Fault, Spelling } from "./fields.ts";
import { wireIssue } from "./wire-issue.ts";

/** Gives a copy of a payload in canonical form, or everything that is wrong with it. */
export type PayloadCheck = (payload: unknown, spelling: Spelling) => CheckedPayload;

export type CheckedPayload =
  | { readonly value: object; readonly faults?: undefined }
  | { readonly value?: undefined; readonly faults: readonly Fault[] };

/**
 * Checks payloads of one kind, in their form here (camelCase). What it returns is a copy without unknown
 * fields, marked with its kind. Also a Standard Schema, for whatever takes one.
 */
export interface PayloadSchema<Payload> {
  /** @throws InvalidMessageError naming every fault by its wire path. */
  parse(payload: unknown): Payload;
  safeParse(payload: unknown): ParsedPayload<Payload>;
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "wirekit";
    readonly validate: (payload: unknown) => StandardResult<Payload>;
    readonly types?: { readonly input: Payload; readonly output: Payload } | undefined;
  };
}

export type ParsedPayload<Payload> =
  | { readonly success: true; readonly data: Payload }
  | { readonly success: false; readonly error: InvalidMessageError };

/** As Standard Schema has it: paths are in the names used here. */
export type StandardResult<Payload> =
  | { readonly value: Payload; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path: readonly string[] }[] };

export function createPayloadSchema<Payload>(check: PayloadCheck): PayloadSchema<Payload> {
  function safeParse(payload: unknown): ParsedPayload<Payload> {
    const { value, faults } = check(payload, "name");
    // What a check lets pass has the fields of its kind, which is what the type says.
    if (faults === undefined) return { success: true, data: value as Payload };
    const issues = faults.map(({ path, message }) => wireIssue(["payload", ...path], message));
    return { success: false, error: new InvalidMessageError(issues) };
  }

  return {
    safeParse,
    parse: (payload) => {
      const parsed = safeParse(payload);
      if (parsed.success) return parsed.data;
      throw parsed.error;
    },
    "~standard": {
      version: 1,
      vendor: "wirekit",
      validate: (payload) => {
        const { value, faults } = check(payload, "name");
        return faults === undefined ? { value: value as Payload } : { issues: faults };
      },
    },
  };
}
