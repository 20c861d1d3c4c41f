import type { DeadLetter, DeadLetterSink } from "@wirekit/core/inbound";
import type { SqsAttribute, SqsDelivery } from "@wirekit/core/sqs";
import { deadLetterAttributes } from "../encryption/message-cipher.ts";
import { encodeAttributes, maxAttributes } from "../wire/attributes.ts";

/** A message as it goes to a dead-letter target: as it was received, and why it was given up. */
export interface DeadLetterEntry {
  readonly body: string;
  readonly attributes: Record<string, SqsAttribute>;
  readonly groupId: string | undefined;
  /** So that a record which is written twice arrives once on a FIFO target. */
  readonly deduplicationId: string;
}

/** Writes an entry; resolves once the target has taken it. */
export type WriteDeadLetter = (
  entry: DeadLetterEntry,
  options: { readonly signal: AbortSignal },
) => Promise<unknown>;

/** The sink that writes what was given up, with the reason in its attributes as far as there is room for them. */
export function deadLetterSink(queue: string, write: WriteDeadLetter): DeadLetterSink<SqsDelivery> {
  return (record, options) => write(toEntry(queue, record), options);
}

function toEntry(
  queue: string,
  { delivery, reason, error, failedAt }: DeadLetter<SqsDelivery>,
): DeadLetterEntry {
  const own = delivery.message.MessageAttributes ?? {};
  const facts = encodeAttributes({
    [deadLetterAttributes.reason]: reason,
    [deadLetterAttributes.error]: error.code,
    [deadLetterAttributes.queue]: queue,
    [deadLetterAttributes.attempts]: delivery.attempt,
    [deadLetterAttributes.failedAt]: new Date(failedAt).toISOString(),
  });
  // The message's own attributes come first: without them it could not be handled again.
  const room = Math.max(0, maxAttributes - Object.keys(own).length);
  return {
    body: delivery.body,
    attributes: { ...Object.fromEntries(Object.entries(facts).slice(0, room)), ...own },
    groupId: delivery.key,
    deduplicationId: `${delivery.id}-${delivery.attempt}`,
  };
}
