import { createHash } from "node:crypto";
import { BoundedLog, type BoundedLogOptions } from "../bounds/bounded-log.ts";
import type { ProducerMessage } from "./message-schema.ts";

/** By which of its two doors a message came. */
export type Door = "function-url" | "invoke";

interface StoredFields {
  readonly trackingId: string;
  readonly door: Door;
  /** The number of the request that brought it. */
  readonly request: number;
  readonly eventType: string;
  readonly messageChannel: string;
  readonly behavior: "instant";
  /** The `Idempotency-Key` header, where there was one. */
  readonly idempotencyKey?: string | undefined;
}

/** A message as the service keeps it. Of a sensitive payload it keeps no more than a hash. */
export type StoredMessage =
  | (StoredFields & { readonly securityLevel: "normal"; readonly payload: ProducerMessage["payload"] })
  | (StoredFields & {
      readonly securityLevel: "sensitive";
      /** SHA-256, in lower-case hex, of the payload's JSON text without blanks: `JSON.stringify(payload)`. */
      readonly payloadSha256: string;
    });

/** What comes with a message besides itself. */
export interface Arrival {
  readonly door: Door;
  readonly request: number;
  readonly idempotencyKey?: string | undefined;
}

export interface MessageStore {
  /** The latest, where there are too many to keep. */
  readonly messages: readonly StoredMessage[];
  /** How many are not kept any more. */
  readonly forgotten: number;
  /** Keeps a valid message and gives it its tracking id. */
  accept(message: ProducerMessage, arrival: Arrival): StoredMessage;
  clear(): void;
}

export function createMessageStore(
  nextTrackingId: () => string,
  bounds: Omit<BoundedLogOptions<StoredMessage>, "weigh">,
): MessageStore {
  const weigh = (message: StoredMessage) => 2 * JSON.stringify(message).length + 512;
  const messages = new BoundedLog<StoredMessage>({ ...bounds, weigh });
  return {
    messages: messages.values,
    get forgotten() {
      return messages.forgotten;
    },
    accept(message, arrival) {
      const stored = storedForm(message, { ...arrival, trackingId: nextTrackingId() });
      messages.add(stored);
      return stored;
    },
    clear() {
      messages.clear();
    },
  };
}

function storedForm(
  message: ProducerMessage,
  arrival: Arrival & { readonly trackingId: string },
): StoredMessage {
  const fields: StoredFields = {
    ...arrival,
    eventType: message.event_type,
    messageChannel: message.message_channel,
    behavior: message.behavior,
  };
  if (message.security_level !== "sensitive") {
    return { ...fields, securityLevel: "normal", payload: message.payload };
  }
  const payloadSha256 = createHash("sha256").update(JSON.stringify(message.payload), "utf8").digest("hex");
  return { ...fields, securityLevel: "sensitive", payloadSha256 };
}
