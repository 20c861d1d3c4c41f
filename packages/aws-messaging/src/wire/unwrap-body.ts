/** A message attribute as SNS writes it into its envelope; a binary `Value` is base64. */
export interface EnvelopeAttribute {
  readonly Type: string;
  readonly Value: string;
}

/** A body that SNS wrapped on its way to the queue. */
export interface SnsBody {
  readonly kind: "sns";
  /** The published text, exactly. */
  readonly message: string;
  readonly messageId: string;
  readonly topicArn: string;
  readonly subject?: string;
  /** ISO 8601, the time of publishing. */
  readonly timestamp?: string;
  readonly attributes?: Readonly<Record<string, EnvelopeAttribute>>;
}

/** A body that is the message itself: delivered raw, or written to the queue by another service. */
export interface RawBody {
  readonly kind: "raw";
  readonly message: string;
  readonly attributes?: undefined;
}

/**
 * Takes an SQS body out of its SNS envelope, if it has one. Told by shape, per message: one queue may get
 * both.
 *
 * An envelope is a JSON object with `Type: "Notification"` and the texts `Message`, `MessageId` and
 * `TopicArn`. A published object that merely has a member `Message` is not one.
 */
export function unwrapBody(body: string): SnsBody | RawBody {
  // Most raw bodies need not be parsed to know that they are none; the parse is the costly part.
  if (!body.includes('"Notification"')) return { kind: "raw", message: body };
  const parsed = parseObject(body);
  if (parsed?.Type !== "Notification") return { kind: "raw", message: body };
  const { Message: message, MessageId: messageId, TopicArn: topicArn } = parsed;
  if (typeof message !== "string" || typeof messageId !== "string" || typeof topicArn !== "string") {
    return { kind: "raw", message: body };
  }
  const attributes = readAttributes(parsed.MessageAttributes);
  return {
    kind: "sns",
    message,
    messageId,
    topicArn,
    ...(typeof parsed.Subject === "string" && { subject: parsed.Subject }),
    ...(typeof parsed.Timestamp === "string" && { timestamp: parsed.Timestamp }),
    ...(attributes !== undefined && { attributes }),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function readAttributes(value: unknown): Record<string, EnvelopeAttribute> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const attributes = Object.entries(value).filter((entry): entry is [string, EnvelopeAttribute] =>
    isAttribute(entry[1]),
  );
  return attributes.length === 0 ? undefined : Object.fromEntries(attributes);
}

function isAttribute(value: unknown): value is EnvelopeAttribute {
  if (typeof value !== "object" || value === null) return false;
  const { Type, Value } = value as { Type?: unknown; Value?: unknown };
  return typeof Type === "string" && typeof Value === "string";
}
