import type { Issue } from "@wirekit/core";
import {
  anything,
  checkFields,
  Faults,
  isAbsent,
  isObject,
  namedFields,
  optionalText,
  requiredText,
  type Spelling,
} from "./fields.ts";
import { EventType, InstructionType, isEventType, isInstructionType, type MessageKind } from "./kinds.ts";
import type { DecodedMessage, UnknownKinds } from "./message.ts";
import { payloadDefinitions } from "./payloads.ts";
import { wireIssue } from "./wire-issue.ts";

/** What may be a message. Nothing is known of it yet. */
export interface MessageDraft {
  readonly metaData: unknown;
  readonly payload: unknown;
  /** Which names its fields have. */
  readonly spelling: Spelling;
}

/** `"unknown"` where that is let pass, and undefined where the kind is at fault. */
type CheckedKind = MessageKind | "unknown" | undefined;

export type CheckResult<Unknown extends UnknownKinds> =
  | { readonly message: DecodedMessage<Unknown>; readonly issues?: undefined }
  | { readonly message?: undefined; readonly issues: readonly Issue[] };

/**
 * Checks a whole message and lists everything that is wrong with it, each fault under its wire path. The
 * message that it returns is a copy in canonical form: fields in wire order, unknown ones and `null` left
 * out.
 */
export function checkMessage<Unknown extends UnknownKinds>(
  { metaData, payload, spelling }: MessageDraft,
  unknownKinds: Unknown,
): CheckResult<Unknown> {
  const issues: Issue[] = [];
  const checkedMetaData = checkMetaData(metaData, spelling, issues);
  const kind = checkKind(checkedMetaData, unknownKinds, issues);
  const checkedPayload = checkPayload(payload, kind, spelling, issues);
  if (issues.length > 0) return { issues };
  const message: unknown = { kind, metaData: checkedMetaData, payload: checkedPayload };
  // Everything that the type says has been checked above; the compiler cannot follow it through the kind.
  return { message: message as DecodedMessage<Unknown> };
}

/** The fields of the metadata in wire order. */
export const metaDataFields = namedFields({
  source: requiredText,
  createdAt: requiredText,
  token: requiredText,
  idempotencyKey: requiredText,
  // Checked apart: whether an unknown kind is a fault depends on who asks.
  instructionType: anything,
  event: anything,
  ipAddress: optionalText,
});

function checkMetaData(
  input: unknown,
  spelling: Spelling,
  issues: Issue[],
): Record<string, unknown> | undefined {
  const object = objectAt("metaData", input, issues);
  if (object === undefined) return undefined;
  const { values, faults } = checkFields(object, metaDataFields, spelling);
  for (const { path, message } of faults) issues.push(wireIssue(["metaData", ...path], message));
  return values;
}

/** Says which kind the metadata name. Of two the instruction type counts. */
function checkKind(
  metaData: Record<string, unknown> | undefined,
  unknownKinds: UnknownKinds,
  issues: Issue[],
): CheckedKind {
  if (metaData === undefined) return undefined;
  const { instructionType, event } = metaData;
  if (instructionType === undefined && event === undefined) {
    issues.push(wireIssue(["metaData"], "must have either instruction_type or event"));
    return undefined;
  }
  const faults = [
    ...kindIssues("instructionType", instructionType, isInstructionType, InstructionType, unknownKinds),
    ...kindIssues("event", event, isEventType, EventType, unknownKinds),
  ];
  issues.push(...faults);
  if (faults.length > 0) return undefined;
  if (instructionType === undefined) return isEventType(event) ? event : "unknown";
  return isInstructionType(instructionType) ? instructionType : "unknown";
}

function kindIssues(
  field: "instructionType" | "event",
  value: unknown,
  isKnown: (value: unknown) => boolean,
  known: Readonly<Record<string, string>>,
  unknownKinds: UnknownKinds,
): Issue[] {
  if (value === undefined || isKnown(value)) return [];
  if (unknownKinds === "pass" && !(requiredText(value) instanceof Faults)) return [];
  return [wireIssue(["metaData", field], `must be one of ${Object.keys(known).join(", ")}`)];
}

function checkPayload(input: unknown, kind: CheckedKind, spelling: Spelling, issues: Issue[]): unknown {
  // The original reads one without a payload, and never writes one.
  const isLeftOut = kind === "UPDATE_PROFILE" && spelling === "wireName" && isAbsent(input);
  const payload = objectAt("payload", isLeftOut ? {} : input, issues);
  if (payload === undefined || kind === undefined || kind === "unknown") return payload;
  const { value, faults = [] } = payloadDefinitions[kind].check(payload, spelling);
  for (const { path, message } of faults) issues.push(wireIssue(["payload", ...path], message));
  return value;
}

function objectAt(
  field: "metaData" | "payload",
  value: unknown,
  issues: Issue[],
): Readonly<Record<string, unknown>> | undefined {
  if (isObject(value)) return value;
  issues.push(wireIssue([field], isAbsent(value) ? "is required" : "must be an object"));
  return undefined;
}
