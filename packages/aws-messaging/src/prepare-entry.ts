import type { Issue } from "@wirekit/core";
import { utf8Length } from "@wirekit/core/outbound";
import { attributesBytes } from "@wirekit/core/sqs";
import type { MessageCipher } from "./encryption/message-cipher.ts";
import { InvalidMessageError, ValidationFailedError } from "./errors.ts";
import type { PublishOptions, PublishTarget } from "./publish-options.ts";
import { type EventSchema, encodeEvent, type Published } from "./schema.ts";
import type { PublishEntry } from "./sns-api.ts";
import { type Attributes, encodeAttributes, maxAttributes } from "./wire/attributes.ts";
import { isFifo } from "./wire/names.ts";

/** A message that is ready to go, all but its place in a batch. */
export interface PreparedEntry {
  readonly entry: Omit<PublishEntry, "Id">;
  /** Body and attributes, as SNS counts them. */
  readonly bytes: number;
}

export interface PrepareContext {
  readonly maxMessageBytes: number;
  readonly cipher: MessageCipher | undefined;
  /** Says where the message stands in its trace; left out where there is no room for it. */
  readonly trace?: Attributes | undefined;
}

/**
 * Validates, encodes and measures one event. Nothing is sent.
 *
 * @throws ValidationFailedError for the event, or for an option that SNS would refuse; InvalidMessageError for one that is too large.
 */
export async function prepareEntry<Schema extends EventSchema>(
  target: PublishTarget<Schema>,
  event: Published<Schema>,
  options: PublishOptions,
  context: PrepareContext,
): Promise<PreparedEntry> {
  const encoded = await encodeEvent(target.schema, event);
  const body = toJson(encoded);
  const groupId = options.groupId ?? target.groupId?.(event);
  const deduplicationId = options.deduplicationId ?? target.deduplicationId?.(event);
  const own = attributesOf(target, event, options);
  const traced = withTrace(own, context);
  let sealed = await seal(body, traced, context);
  // The trace gives way: a message that SNS refuses for its size would be a high price for a span.
  if (sealed.bytes > context.maxMessageBytes && traced !== own) sealed = await seal(body, own, context);
  const { bytes, Message, attributes, MessageAttributes } = sealed;

  const issues = findIssues(target.topic, { attributes, groupId, subject: options.subject });
  if (issues.length > 0) throw new ValidationFailedError(issues, { details: { topic: target.topic } });
  if (bytes > context.maxMessageBytes) throw tooLarge(target.topic, bytes, context.maxMessageBytes);
  return {
    bytes,
    entry: {
      Message,
      ...(Object.keys(attributes).length > 0 && { MessageAttributes }),
      ...(options.subject !== undefined && { Subject: options.subject }),
      ...(groupId !== undefined && { MessageGroupId: groupId }),
      ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
    },
  };
}

function toJson(value: unknown): string {
  try {
    const text = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch {
    // Cycles and big integers: the schema let through what JSON cannot carry.
  }
  throw new ValidationFailedError([{ path: "", message: "cannot be written as JSON" }]);
}

function attributesOf<Schema extends EventSchema>(
  { discriminator, attributes }: PublishTarget<Schema>,
  event: Published<Schema>,
  options: PublishOptions,
): Attributes {
  return {
    ...(discriminator !== undefined &&
      "attribute" in discriminator && { [discriminator.attribute]: discriminator.value }),
    ...attributes?.(event),
    ...options.attributes,
  };
}

/** What the cipher adds: algorithm, key id and data key. */
const cipherAttributes = 3;

/** `own` itself where there is no trace, or more attributes than SQS takes. */
function withTrace(own: Attributes, { cipher, trace = {} }: PrepareContext): Attributes {
  const carried = Object.entries(trace).filter(([, value]) => value !== "");
  const room = maxAttributes - Object.keys(own).length - (cipher === undefined ? 0 : cipherAttributes);
  return carried.length === 0 || carried.length > room ? own : { ...Object.fromEntries(carried), ...own };
}

async function seal(body: string, plain: Attributes, { cipher }: PrepareContext) {
  const { body: Message, attributes } =
    cipher === undefined ? { body, attributes: plain } : await cipher.encrypt({ body, attributes: plain });
  const MessageAttributes = encodeAttributes(attributes);
  return {
    Message,
    attributes,
    MessageAttributes,
    bytes: utf8Length(Message) + attributesBytes(MessageAttributes),
  };
}

interface Checked {
  readonly attributes: Attributes;
  readonly groupId: string | undefined;
  readonly subject: string | undefined;
}

function findIssues(topic: string, { attributes, groupId, subject }: Checked): Issue[] {
  const issues: Issue[] = [];
  const names = Object.keys(attributes);
  if (names.length > maxAttributes) {
    issues.push({ path: "attributes", message: `are ${names.length}: SQS takes at most ${maxAttributes}` });
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^(?!aws\.|amazon\.|\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i.test(name)) {
      issues.push({ path: `attributes.${name}`, message: "is no name that SNS takes" });
    }
    if (value === "" || (value instanceof Uint8Array && value.byteLength === 0)) {
      issues.push({ path: `attributes.${name}`, message: "must not be empty" });
    }
    if (typeof value === "number" && !Number.isFinite(value)) {
      issues.push({ path: `attributes.${name}`, message: "must be a finite number" });
    }
  }
  if (isFifo(topic) && groupId === undefined) {
    issues.push({ path: "groupId", message: "is required on a FIFO topic" });
  }
  if (groupId !== undefined && !/^[!-~]{1,128}$/.test(groupId)) {
    issues.push({ path: "groupId", message: "must be 1 to 128 letters, digits and punctuation" });
  }
  if (subject !== undefined && !/^[ -~]{1,100}$/.test(subject)) {
    issues.push({ path: "subject", message: "must be 1 to 100 ASCII characters" });
  }
  return issues;
}

function tooLarge(topic: string, bytes: number, limit: number): InvalidMessageError {
  return new InvalidMessageError(
    `The message is ${bytes} bytes, body and attributes together: at most ${limit} are allowed`,
    {
      code: "aws-messaging/too-large",
      details: { topic, bytes, limit },
    },
  );
}
