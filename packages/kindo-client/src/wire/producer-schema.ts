/** A JSON Schema as an object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The schema of a message, which is used unless another one is given. The package ships the same as a file,
 * `schemas/producer_payload.json`.
 *
 * The original's own schema lets three more behaviors through; its types and its documentation name `instant`
 * alone, so those are refused until the service accepts them.
 */
export const producerPayloadSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "ProducerPayload",
  description: "A message to the Kindo Producer.",
  type: "object",
  properties: {
    event_type: { type: "string" },
    message_channel: { type: "string" },
    behavior: { type: "string", enum: ["instant"] },
    payload: { type: "object" },
    security_level: { type: "string", enum: ["sensitive", "normal"], default: "normal" },
  },
  required: ["event_type", "message_channel", "behavior", "payload"],
  additionalProperties: false,
};
