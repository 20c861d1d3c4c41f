import { Ajv, type ErrorObject } from "ajv";

/** A message as the service takes it. */
export interface ProducerMessage {
  readonly event_type: string;
  readonly message_channel: string;
  readonly behavior: "instant";
  readonly payload: { readonly [key: string]: unknown };
  readonly security_level?: "normal" | "sensitive";
}

/** What is wrong with a message, and in which of its fields; empty for the message as a whole. */
export interface MessageFault {
  readonly field: string;
  readonly message: string;
}

const schema = {
  type: "object",
  properties: {
    event_type: { type: "string" },
    message_channel: { type: "string" },
    behavior: { type: "string", enum: ["instant"] },
    payload: { type: "object" },
    security_level: { type: "string", enum: ["normal", "sensitive"] },
  },
  required: ["event_type", "message_channel", "behavior", "payload"],
  additionalProperties: false,
} as const;

/** Every fault of `value` as a message; none for one that is valid. */
export type MessageCheck = (value: unknown) => readonly MessageFault[];

/** Compiles the schema, once for a server. */
export function createMessageCheck(): MessageCheck {
  const validate = new Ajv({ allErrors: true }).compile(schema);
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(faultOf));
}

function faultOf({ instancePath, keyword, params, message = "is not valid" }: ErrorObject): MessageFault {
  const field = instancePath.slice(1);
  if (keyword === "required") return { field: params.missingProperty, message: "is a required property" };
  if (keyword === "additionalProperties") {
    return { field: params.additionalProperty, message: "is not a property of a message" };
  }
  if (keyword === "enum") {
    return { field, message: `must be one of ${params.allowedValues.map(quote).join(", ")}` };
  }
  return { field, message };
}

function quote(value: unknown): string {
  return `'${value}'`;
}
