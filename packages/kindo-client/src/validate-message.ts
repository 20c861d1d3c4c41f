import { ValidationError as CoreValidationError } from "@wirekit/core";
import { ValidationError } from "./errors.ts";
import { type MessageValidator, messageValidator, type SchemaSource } from "./schema/message-validator.ts";
import { describeSchemaIssues } from "./schema/schema-issues.ts";
import { type EncodedMessage, encodeMessage, readBody } from "./wire/encode-message.ts";
import type { ProducerPayload } from "./wire/producer-payload.ts";

/**
 * Checks a message as {@link KindoClient.send} does, without sending it.
 *
 * @param schema the built-in one unless another is given, as an object or as the path of a JSON file.
 * @returns the message as it would be sent: a copy, with `security_level` in it.
 * @throws ValidationError listing all that is wrong.
 * @throws ConfigError when the schema is missing, unreadable or invalid.
 */
export async function validateMessage(message: unknown, schema?: SchemaSource): Promise<ProducerPayload> {
  return readBody(checkMessage(message, await messageValidator(schema))) as ProducerPayload;
}

/** The message as it travels, once it is known to be valid. */
export function checkMessage(message: unknown, { reach, check }: MessageValidator): EncodedMessage {
  const encoded = encode(message);
  const issues = check(reach === "fields" ? encoded.fields : readBody(encoded));
  if (issues.length > 0) throw new ValidationError(issues, { describe: describeSchemaIssues });
  return encoded;
}

function encode(message: unknown): EncodedMessage {
  try {
    return encodeMessage(message);
  } catch (thrown) {
    if (thrown instanceof CoreValidationError)
      throw new ValidationError(thrown.issues, { cause: thrown.cause });
    throw thrown;
  }
}
