import { ConfigError } from "@wirekit/core";
import { maxBatchBytes, messageBytes, type SqsSendEntry } from "@wirekit/core/sqs";
import { InvalidMessageError } from "../errors.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import type { SendableMessage } from "../wire/message.ts";
import { toAttributes } from "./attributes.ts";
import { isFifo } from "./queue-name.ts";

/** What goes to a queue, before it is known how SQS wants it. */
export interface Outgoing {
  readonly target: string;
  readonly text: string;
  readonly key: string | undefined;
  /** What tells it from every other message, and is the same for every copy of it. */
  readonly idempotencyKey: string | undefined;
  /** What stands in for a key on a FIFO queue, where SQS wants one. */
  readonly ownGroup: string;
}

/** What SQS takes as the name of a group, and as what it drops copies by. */
const legalId = /^[\x21-\x7e]{1,128}$/;
const expected = "must be 1 to 128 ASCII characters without blanks on a FIFO queue";

/**
 * What goes to the queue of `target` for a message.
 *
 * @throws InvalidMessageError naming every fault by its wire path.
 */
export function readMessage(
  message: SendableMessage,
  { target, key }: { readonly target: string; readonly key?: string | undefined },
): Outgoing {
  const text = encodeMessage(message);
  const idempotencyKey = idempotencyKeyOf(message);
  const ownGroup = idempotencyKey ?? crypto.randomUUID();
  // As on Kafka, where an empty key is no key.
  return { target, text, key: key === "" ? undefined : key, idempotencyKey, ownGroup };
}

/**
 * Checks what SQS would refuse on a FIFO queue.
 *
 * @throws ConfigError naming `key`; InvalidMessageError naming the idempotency key.
 */
export function checkOutgoing({ target, key, idempotencyKey }: Outgoing): void {
  if (!isFifo(target)) return;
  if (key !== undefined && !legalId.test(key)) throw new ConfigError([{ path: "key", message: expected }]);
  if (idempotencyKey !== undefined && !legalId.test(idempotencyKey)) {
    throw new InvalidMessageError([{ path: "meta_data.idempotency_key", message: expected }]);
  }
}

/**
 * A message as SQS takes it. On a FIFO queue its key is the group and its idempotency key what SQS drops copies by; on a standard queue
 * neither is on the wire, because such a queue keeps no order and drops no copies.
 */
export function toSendEntry(
  { target, text, key, idempotencyKey, ownGroup }: Outgoing,
  headers: Readonly<Record<string, string>>,
  { delaySeconds }: { readonly delaySeconds?: number | undefined },
): SqsSendEntry {
  const attributes = toAttributes(headers);
  const entry = {
    MessageBody: text,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
    ...(isFifo(target)
      ? {
          MessageGroupId: key ?? ownGroup,
          ...(idempotencyKey !== undefined && { MessageDeduplicationId: idempotencyKey }),
        }
      : delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
  };
  // A body that fits by itself is not to be refused for what stands beside it: a dead letter would never find its place.
  if (messageBytes(entry) <= maxBatchBytes) return entry;
  const { MessageAttributes: _tooMuch, ...bare } = entry;
  return bare;
}

/** The idempotency key of a message, and of a plain dictionary that has one where the wire has it. */
export function idempotencyKeyOf(message: SendableMessage): string | undefined {
  const metaData: unknown =
    "metaData" in message && message.metaData !== undefined ? message.metaData : undefined;
  if (metaData !== undefined) return textIn(metaData, "idempotencyKey");
  return textIn("meta_data" in message ? message.meta_data : undefined, "idempotency_key");
}

function textIn(object: unknown, name: string): string | undefined {
  if (typeof object !== "object" || object === null) return undefined;
  const value: unknown = Reflect.get(object, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}
