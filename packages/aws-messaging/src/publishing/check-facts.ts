import type { Issue } from "@wirekit/core";
import { findAttributeFault, findAttributeNameFault, findIdFault, maxAttributes } from "@wirekit/core/sqs";
import { ValidationFailedError } from "../errors.ts";
import { type Attributes, type AttributeValue, encodeAttribute } from "../wire/attributes.ts";
import { isFifoTopic } from "../wire/names.ts";

/** What a message is made of besides its body. */
export interface EntryFacts {
  readonly topic: string;
  readonly attributes: Attributes;
  readonly subject: string | undefined;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
}

/**
 * Before the message joins others: SNS would refuse them together with it, or the SDK fail to write them.
 *
 * @throws ValidationFailedError naming all that SNS or SQS would not take.
 */
export function checkFacts(
  { topic, attributes, subject, groupId, deduplicationId }: EntryFacts,
  topicMap: Readonly<Record<string, string>>,
): void {
  const issues = findAttributesIssues(attributes);
  const add = (path: string, message: string | undefined): void => {
    if (message !== undefined) issues.push({ path, message });
  };
  const isFifo = isFifoTopic(topic, topicMap);
  if (groupId !== undefined) add("groupId", findIdFault(groupId));
  else if (isFifo) add("groupId", "is required on a FIFO topic");
  if (deduplicationId !== undefined)
    add("deduplicationId", isFifo ? findIdFault(deduplicationId) : "is for FIFO topics only");
  if (subject !== undefined && (typeof subject !== "string" || !/^[!-~][ -~]{0,99}$/.test(subject)))
    add("subject", "must be 1 to 100 ASCII characters, the first one no blank");
  throwIfAny(issues, topic);
}

/**
 * Checks how many attributes there are, those of encryption and of a body that is stored apart included.
 *
 * @throws ValidationFailedError naming them.
 */
export function checkCount(topic: string, attributes: Attributes): void {
  const count = Object.keys(attributes).length;
  if (count <= maxAttributes) return;
  throwIfAny([{ path: "attributes", message: `are ${count}: SQS takes at most ${maxAttributes}` }], topic);
}

function throwIfAny(issues: readonly Issue[], topic: string): void {
  if (issues.length > 0) throw new ValidationFailedError(issues, { details: { topic } });
}

function findAttributesIssues(attributes: Attributes): Issue[] {
  const issues: Issue[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    const message = findAttributeNameFault(name) ?? findValueFault(value);
    if (message !== undefined) issues.push({ path: `attributes.${name}`, message });
  }
  return issues;
}

/** Bounds of SNS and SQS for numbers. */
const largest = 1e126;
const smallest = 1e-128;

function findValueFault(value: AttributeValue): string | undefined {
  if (typeof value !== "number") return findAttributeFault(encodeAttribute(value));
  const size = Math.abs(value);
  return value === 0 || (size >= smallest && size <= largest)
    ? undefined
    : `must be a number, of a size from ${smallest} to ${largest}`;
}
