import type { SqsAttribute } from "@wirekit/core/sqs";
import type { EnvelopeAttribute } from "./unwrap-body.ts";

/** A message attribute as a program sees it. `String.Array` and custom types stay the text they are. */
export type AttributeValue = string | number | Uint8Array;

/** Message attributes by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** To what SNS and SQS carry. */
export function encodeAttributes(attributes: Attributes): Record<string, SqsAttribute> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, encodeAttribute(value)]),
  );
}

/** Anything that is neither text nor number is taken for bytes. */
export function encodeAttribute(value: AttributeValue): SqsAttribute {
  if (typeof value === "number") return { DataType: "Number", StringValue: String(value) };
  if (typeof value === "string") return { DataType: "String", StringValue: value };
  return { DataType: "Binary", BinaryValue: value };
}

/** From what SQS delivered beside a raw body. */
export function decodeAttributes(attributes: Readonly<Record<string, SqsAttribute>> | undefined): Attributes {
  return Object.fromEntries(
    Object.entries(attributes ?? {}).map(([name, attribute]) => [
      name,
      decodeOne(attribute.DataType ?? "String", attribute.BinaryValue ?? attribute.StringValue ?? ""),
    ]),
  );
}

/** From what stood in an SNS envelope, where a binary value is base64. */
export function decodeEnvelopeAttributes(
  attributes: Readonly<Record<string, EnvelopeAttribute>> | undefined,
): Attributes {
  return Object.fromEntries(
    Object.entries(attributes ?? {}).map(([name, { Type, Value }]) => [
      name,
      decodeOne(Type, Type.startsWith("Binary") ? fromBase64(Value) : Value),
    ]),
  );
}

function decodeOne(type: string, value: string | Uint8Array): AttributeValue {
  // "Number.money" is a number too: what follows the dot is the publisher's own label.
  if (typeof value === "string" && /^Number(\.|$)/.test(type)) {
    const number = Number(value);
    // A number of more digits than a double holds keeps them as text rather than lose some.
    return String(number) === value ? number : value;
  }
  return value;
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
