import { ConfigError } from "@wirekit/core";
import { findIdFault, isFifoQueue, maxBatchBytes, messageBytes, type SqsSendEntry } from "@wirekit/core/sqs";
import { InvalidMessageError } from "../errors.ts";
import type { Outgoing } from "../outgoing.ts";
import type { SendableMessage } from "../wire/message.ts";
import { toAttributes } from "./attributes.ts";

const maxLength = 80;
const legalName = /^[A-Za-z0-9_-]+(?:\.fifo)?$/;

/**
 * What is wrong with `target` as the name of a queue. The name stands in a URL, where anything else would be
 * another place.
 */
export function findQueueNameFault(target: unknown): string | undefined {
  if (typeof target === "string" && legalName.test(target) && target.length <= maxLength) return undefined;
  return `must be a queue's name: up to ${maxLength} letters, digits, hyphens and underscores, with .fifo at the end of a FIFO queue's`;
}

/** The facts of an outgoing message that decide how SQS wants it. */
export type EntrySource = Pick<
  Outgoing<never>,
  "target" | "text" | "key" | "headers" | "original" | "message" | "deliveryId"
>;

const expected = "must be 1 to 128 ASCII characters without blanks on a FIFO queue";

/**
 * A message as SQS takes it. On a FIFO queue its key is the group and its idempotency key what SQS drops
 * copies by; on a standard queue neither is on the wire, because such a queue keeps no order and drops no
 * copies.
 *
 * @throws ConfigError naming `key`, and InvalidMessageError naming the idempotency key, if a FIFO queue does
 * not take them.
 */
export function toSendEntry(
  outgoing: EntrySource,
  { delaySeconds }: { readonly delaySeconds?: number | undefined },
): SqsSendEntry {
  const attributes = toAttributes(outgoing);
  const entry = {
    MessageBody: outgoing.text,
    ...(Object.keys(attributes).length > 0 && {
      MessageAttributes: attributes,
    }),
    ...(isFifoQueue(outgoing.target)
      ? fifoFields(outgoing)
      : delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
  };
  // A body that fits by itself is not refused because of its headers: a dead letter would never find its
  // place.
  if (messageBytes(entry) <= maxBatchBytes) return entry;
  const { MessageAttributes: _tooMuch, ...bare } = entry;
  return bare;
}

function fifoFields({ key, message, deliveryId }: EntrySource) {
  const idempotencyKey = message === undefined ? deliveryId : idempotencyKeyOf(message);
  if (isUnfit(key)) throw new ConfigError([{ path: "key", message: expected }]);
  if (isUnfit(idempotencyKey)) {
    throw new InvalidMessageError([{ path: "meta_data.idempotency_key", message: expected }]);
  }
  return {
    // SQS wants a group. A message without a key is a group of its own.
    MessageGroupId: key ?? idempotencyKey ?? crypto.randomUUID(),
    ...(idempotencyKey !== undefined && {
      MessageDeduplicationId: idempotencyKey,
    }),
  };
}

function isUnfit(id: string | undefined): boolean {
  return id !== undefined && findIdFault(id) !== undefined;
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
