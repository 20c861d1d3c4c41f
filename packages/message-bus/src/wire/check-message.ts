import { type Issue, memberPath } from "@wirekit/core";
import * as z from "zod/mini";
import { wireNameOf } from "./field-names.ts";
import { EventType, InstructionType, isEventType, isInstructionType, type MessageKind } from "./kinds.ts";
import type { DecodedMessage, UnknownKinds } from "./message.ts";
import { markOf } from "./payload-definition.ts";
import { payloadDefinitions } from "./payloads.ts";
import { isObject, optionalText, requiredText } from "./text.ts";

/** What may be a message, in the names used here. Nothing is known of it yet. */
export interface MessageDraft {
  readonly metaData: unknown;
  /** The payload. It is asked for by kind, because what comes from the wire is renamed by kind. */
  payload(kind: CheckedKind): unknown;
}

/** `"unknown"` where that is let pass, and undefined where the kind is at fault. */
type CheckedKind = MessageKind | "unknown" | undefined;

export type CheckResult<Unknown extends UnknownKinds> =
  | { readonly message: DecodedMessage<Unknown>; readonly issues?: undefined }
  | { readonly message?: undefined; readonly issues: readonly Issue[] };

/**
 * Checks a whole message and lists everything that is wrong with it, each fault under its wire path. The message that it
 * returns is a copy in canonical form: fields in wire order, unknown ones and `null` left out.
 */
export function checkMessage<Unknown extends UnknownKinds>(
  draft: MessageDraft,
  unknownKinds: Unknown,
): CheckResult<Unknown> {
  const issues: Issue[] = [];
  const metaData = checkMetaData(draft.metaData, issues);
  const kind = checkKind(draft.metaData, unknownKinds, issues);
  const payload = checkPayload(draft.payload(kind), kind, issues);
  if (issues.length > 0) return { issues };
  // Everything that the type says has been checked above; the compiler cannot follow it through the kind.
  return { message: { kind, metaData, payload } as DecodedMessage<Unknown> };
}

/** The fields of the metadata in wire order. */
export const metaDataFields = [
  "source",
  "createdAt",
  "token",
  "idempotencyKey",
  "instructionType",
  "event",
  "ipAddress",
] as const;

// The kinds are checked apart: whether an unknown one is a fault depends on who asks.
const metaDataSchema = z.object(
  {
    source: requiredText(),
    createdAt: requiredText(),
    token: requiredText(),
    idempotencyKey: requiredText(),
    instructionType: z.optional(z.unknown()),
    event: z.optional(z.unknown()),
    ipAddress: optionalText(),
  },
  { error: "must be an object" },
);

function checkMetaData(input: unknown, issues: Issue[]): object | undefined {
  if (input === undefined || input === null) {
    issues.push({ path: wireNameOf("metaData"), message: "is required" });
    return undefined;
  }
  const result = metaDataSchema.safeParse(isObject(input) ? pick(input, metaDataFields) : input);
  if (!result.success) {
    issues.push(...result.error.issues.map((issue) => wireIssue(["metaData", ...issue.path], issue.message)));
    return undefined;
  }
  // Of two kinds the instruction type counts.
  if (result.data.instructionType !== undefined) delete result.data.event;
  return present(result.data);
}

function checkKind(metaData: unknown, unknownKinds: UnknownKinds, issues: Issue[]): CheckedKind {
  if (!isObject(metaData)) return undefined;
  const { instructionType = null, event = null } = metaData;
  if (instructionType === null && event === null) {
    issues.push({ path: wireNameOf("metaData"), message: "must have either instruction_type or event" });
    return undefined;
  }
  const faults = [
    ...kindIssues("instructionType", instructionType, isInstructionType, InstructionType, unknownKinds),
    ...kindIssues("event", event, isEventType, EventType, unknownKinds),
  ];
  issues.push(...faults);
  if (faults.length > 0) return undefined;
  if (isInstructionType(instructionType)) return instructionType;
  return instructionType === null && isEventType(event) ? event : "unknown";
}

function kindIssues(
  field: "instructionType" | "event",
  value: unknown,
  isKnown: (value: unknown) => boolean,
  known: Readonly<Record<string, string>>,
  unknownKinds: UnknownKinds,
): Issue[] {
  if (value === null || isKnown(value)) return [];
  if (unknownKinds === "pass" && requiredText().safeParse(value).success) return [];
  return [wireIssue(["metaData", field], `must be one of ${Object.keys(known).join(", ")}`)];
}

function checkPayload(payload: unknown, kind: CheckedKind, issues: Issue[]): unknown {
  const path = wireNameOf("payload");
  if (payload === undefined || payload === null) {
    issues.push({ path, message: "is required" });
    return undefined;
  }
  if (!isObject(payload)) {
    issues.push({ path, message: "must be an object" });
    return undefined;
  }
  if (kind === undefined || kind === "unknown") return payload;
  const mark = markOf(payload);
  if (mark !== undefined && mark !== kind) {
    issues.push({ path, message: `was made as the payload of ${mark}, and ${kind} requires its own` });
    return undefined;
  }
  const { schema, fields } = payloadDefinitions[kind];
  const result = schema.safeParse(fields === undefined ? payload : pick(payload, fields));
  if (result.success) return result.data;
  issues.push(...result.error.issues.map((issue) => wireIssue(["payload", ...issue.path], issue.message)));
  return undefined;
}

/** The named members of `source` that are there; reads them one by one, so that a class with accessors will do. */
function pick(source: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return present(Object.fromEntries(fields.map((field) => [field, source[field]])));
}

/** Absent, `undefined` and `null` are one thing on this bus. */
function present(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** Only the envelope's own names are renamed: what lies deeper in a payload are the user's. */
function wireIssue(path: readonly PropertyKey[], message: string): Issue {
  return {
    path: path.reduce<string>((parent, key, depth) => {
      const name = typeof key === "number" ? key : String(key);
      return memberPath(parent, depth < 2 && typeof name === "string" ? wireNameOf(name) : name);
    }, ""),
    message,
  };
}
