import { findAttributeNameFault, findTextFault, maxAttributes, type SqsAttribute } from "@wirekit/core/sqs";

/**
 * What is to stand beside a body, as message attributes: as many as SQS takes, without those that it would
 * refuse the message for. Those that say why a message was given up come first.
 */
export function toAttributes(headers: Readonly<Record<string, string>>): Record<string, SqsAttribute> {
  const legal = Object.entries(headers).filter(
    ([name, value]) => (findAttributeNameFault(name) ?? findTextFault(value)) === undefined,
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
