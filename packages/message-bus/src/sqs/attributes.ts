import type { SqsAttribute } from "@wirekit/core/sqs";

/** SQS takes at most so many on one message. */
const maxAttributes = 10;
/** What SQS takes as a name; names that begin like these two are its own. */
const legalName = /^(?!(?:aws|amazon)\.)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;
const maxNameLength = 256;
/** What SQS takes as a text: characters that XML can carry, at least one. */
const legalText = /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]+$/u;

/**
 * What is to stand beside a body, as message attributes: as many as SQS takes, without those that it would
 * refuse the message for. Those that say why a message was given up come first.
 */
export function toAttributes(headers: Readonly<Record<string, string>>): Record<string, SqsAttribute> {
  const legal = Object.entries(headers).filter(
    ([name, value]) => legalName.test(name) && name.length <= maxNameLength && legalText.test(value),
  );
  const isReason = ([name]: readonly [string, string]) => name.startsWith("dead-letter-");
  const inOrder = [...legal.filter(isReason), ...legal.filter((header) => !isReason(header))];
  return Object.fromEntries(
    inOrder.slice(0, maxAttributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
  );
}

/** What stood beside a body that is text or a number. Bytes are left out. */
export function fromAttributes(
  attributes: Readonly<Record<string, SqsAttribute>> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(attributes ?? {}).flatMap(([name, { StringValue }]) =>
      StringValue === undefined ? [] : [[name, StringValue]],
    ),
  );
}
