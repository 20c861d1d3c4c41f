import { isLegalAttribute, maxAttributes, type SqsAttribute } from "@wirekit/core/sqs";
import { type OriginalBytes, type RawHeader, textHeadersOf } from "../original-bytes.ts";

/** What stands beside a body: texts, and what came with a received message. */
export interface Beside {
  readonly headers: Readonly<Record<string, string>>;
  readonly original?: OriginalBytes | undefined;
}

/**
 * What is to stand beside a body, as message attributes: as many as SQS takes, without those that it would
 * refuse the message for. Those that say why a message was given up come first. What came with another data
 * type than text has it again.
 */
export function toAttributes({ headers, original }: Beside): Record<string, SqsAttribute> {
  const texts = Object.entries(headers).map(
    ([name, StringValue]) => [name, { DataType: "String", StringValue }] as const,
  );
  const came = (original?.headers ?? []).filter(({ name }) => !Object.hasOwn(headers, name));
  const legal = [...texts, ...came.map((header) => [header.name, attributeOf(header)] as const)].filter(
    isLegalAttribute,
  );
  const isReason = ([name]: readonly [string, SqsAttribute]) => name.startsWith("dead-letter-");
  const inOrder = [...legal.filter(isReason), ...legal.filter((attribute) => !isReason(attribute))];
  return Object.fromEntries(inOrder.slice(0, maxAttributes));
}

function attributeOf({ value = new Uint8Array(), type: DataType = "String" }: RawHeader): SqsAttribute {
  if (DataType.startsWith("Binary")) return { DataType, BinaryValue: value };
  return { DataType, StringValue: Buffer.from(value).toString("utf8") };
}

const noHeaders: Readonly<Record<string, string>> = {};

/**
 * What stood beside a body. Where it was not only plain texts, with the bytes and data types that texts do
 * not say.
 */
export function fromAttributes(
  attributes: Readonly<Record<string, SqsAttribute>> | undefined,
  body: string,
): Beside {
  if (attributes === undefined) return { headers: noHeaders };
  const given = Object.entries(attributes);
  if (given.every(([, attribute]) => isPlainText(attribute))) {
    return { headers: Object.fromEntries(given.map(([name, { StringValue = "" }]) => [name, StringValue])) };
  }
  const original = { body: Buffer.from(body), key: undefined, headers: given.map(rawHeaderOf) };
  return { headers: textHeadersOf(original), original };
}

function isPlainText({ DataType = "String", BinaryValue }: SqsAttribute): boolean {
  return DataType === "String" && BinaryValue === undefined;
}

function rawHeaderOf([name, attribute]: readonly [string, SqsAttribute]): RawHeader {
  const { DataType: type = "String", StringValue = "", BinaryValue } = attribute;
  return { name, nameBytes: Buffer.from(name), value: BinaryValue ?? Buffer.from(StringValue), type };
}
