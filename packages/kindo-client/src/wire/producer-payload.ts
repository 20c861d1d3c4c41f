/** What JSON can carry. An object with a `toJSON` (a `Date`) is written as that answers. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonObject
  | readonly JsonValue[]
  | { toJSON(key: string): unknown };

/** A JSON object. A member that is `undefined` is left out. */
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}

/** `"sensitive"`: the service keeps a SHA-256 hash in place of the payload. The client sends it as it is. */
export type SecurityLevel = "normal" | "sensitive";

/**
 * A message to the Kindo Producer, in the spelling of the wire. The client never changes it, and never
 * renames or reorders what is in `payload`.
 */
export interface ProducerPayload {
  /** What happened: `"user.notification"`. */
  readonly event_type: string;
  /** Where the service passes it on: `"email"`, `"sms"`, `"internal"`, `"logging"`. */
  readonly message_channel: string;
  /** The only behavior that the service accepts today. */
  readonly behavior: "instant";
  /** Any JSON object. */
  readonly payload: JsonObject;
  /** `"normal"` is added to what is sent when it is missing. */
  readonly security_level?: SecurityLevel | undefined;
}
