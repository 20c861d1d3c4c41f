import { type Issue, memberPath } from "../errors/issues.ts";
import { ValidationError } from "../errors/validation-error.ts";
import { isBytes } from "../kit/by-tag.ts";
import type { SqsAttribute, SqsSendEntry } from "./sqs-api.ts";

/** SQS takes at most so many attributes on a message. */
export const maxAttributes = 10;

/** A text that is empty, or has what XML 1.0 cannot carry. */
const illegalText = /^$|[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const legalName = /^(?!(?:aws|amazon)\.)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;
const maxNameLength = 256;
const legalType = /^(?:String|Number|Binary)(?:\.[^\s]{1,248})?$/;
const legalId = /^[!-~]{1,128}$/;

/**
 * What is wrong with a text for SNS and SQS, which carry what XML 1.0 can; `undefined` if nothing is. They
 * would refuse it, or the SDK fail at it, together with all that shares its request.
 */
export function findTextFault(text: unknown): string | undefined {
  if (typeof text !== "string") return "must be a text";
  if (!illegalText.test(text)) return undefined;
  if (text === "") return "must not be empty";
  return "must be Unicode without control characters, U+FFFE and U+FFFF, which SNS and SQS do not carry";
}

/** What is wrong with the name of an attribute. */
export function findAttributeNameFault(name: string): string | undefined {
  if (legalName.test(name) && name.length <= maxNameLength) return undefined;
  return `must be a name of up to ${maxNameLength} letters, digits, "_", "-" and single dots, not beginning with "AWS." or "Amazon."`;
}

/** What is wrong with the id of a group, or one by which copies are dropped. */
export function findIdFault(id: unknown): string | undefined {
  if (typeof id === "string" && legalId.test(id)) return undefined;
  return "must be 1 to 128 ASCII letters, digits and punctuation, without blanks";
}

/** What is wrong with an attribute besides its name. */
export function findAttributeFault(attribute: SqsAttribute): string | undefined {
  const { DataType, StringValue, BinaryValue } = attribute ?? {};
  if (typeof DataType !== "string" || !legalType.test(DataType))
    return "must have the DataType String, Number or Binary";
  if (!DataType.startsWith("Binary")) return findTextFault(StringValue);
  return isBytes(BinaryValue) && BinaryValue.byteLength > 0 ? undefined : "must have bytes, at least one";
}

/** Whether SNS and SQS take an attribute under its name. */
export function isLegalAttribute([name, attribute]: readonly [string, SqsAttribute]): boolean {
  return (findAttributeNameFault(name) ?? findAttributeFault(attribute)) === undefined;
}

/** @throws ValidationError naming all that SQS does not take of the message. */
export function checkSendEntry(entry: SqsSendEntry, queue: "fifo" | "standard"): void {
  const { MessageBody, DelaySeconds, MessageAttributes, MessageGroupId, MessageDeduplicationId } = entry;
  const issues = MessageAttributes === undefined ? [] : findAttributesIssues(MessageAttributes);
  const add = (path: string, message: string | undefined): void => {
    if (message !== undefined) issues.push({ path, message });
  };
  add("MessageBody", findTextFault(MessageBody));
  if (MessageGroupId !== undefined) add("MessageGroupId", findIdFault(MessageGroupId));
  else if (queue === "fifo") add("MessageGroupId", "is required on a FIFO queue");
  if (MessageDeduplicationId !== undefined) {
    const fault = queue === "fifo" ? findIdFault(MessageDeduplicationId) : "is for FIFO queues only";
    add("MessageDeduplicationId", fault);
  }
  if (DelaySeconds !== undefined) add("DelaySeconds", findDelayFault(DelaySeconds, queue));
  if (issues.length > 0) throw new ValidationError(issues);
}

function findAttributesIssues(attributes: Readonly<Record<string, SqsAttribute>>): Issue[] {
  const given = Object.entries(attributes);
  const issues: Issue[] = [];
  if (given.length > maxAttributes)
    issues.push({
      path: "MessageAttributes",
      message: `are ${given.length}: SQS takes at most ${maxAttributes}`,
    });
  for (const [name, attribute] of given) {
    const message = findAttributeNameFault(name) ?? findAttributeFault(attribute);
    if (message !== undefined) issues.push({ path: memberPath("MessageAttributes", name), message });
  }
  return issues;
}

function findDelayFault(seconds: number, queue: "fifo" | "standard"): string | undefined {
  if (queue === "fifo") return "is for standard queues only";
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= 900
    ? undefined
    : "must be whole seconds from 0 to 900";
}
