import { MessageTooLargeError } from "@wirekit/core";
import type { DeadLetter, DeadLetterSink } from "@wirekit/core/inbound";
import { type OptionRule, option } from "@wirekit/core/kit";
import type { FindTargetFault } from "./bus-options.ts";
import type { BusDelivery } from "./consume-options.ts";
import type { SendOptions } from "./message-bus.ts";
import type { TextContent } from "./outgoing.ts";

/**
 * Puts a dead letter on a target as it came, past all validation, and resolves once it is acknowledged there.
 */
export type SendDeadLetter = (content: TextContent, options: SendOptions) => Promise<unknown>;

/** Where the dead letters of a consumer go: one of the two. */
export interface DeadLetterPlace {
  readonly target?: string | undefined;
  readonly sink?: DeadLetterSink<BusDelivery> | undefined;
}

/** The rule of `deadLetter`, which has a `target` or a `sink`. */
export function deadLetterRule(findTargetFault: FindTargetFault): OptionRule<DeadLetterPlace | undefined> {
  const place = option.optionalGroup({
    target: option.custom<string>(findTargetFault),
    sink: option.fn<DeadLetterSink<BusDelivery>>(),
  });
  return (value, path, faults) => {
    const read = place(value, path, faults);
    const count = [read?.target, read?.sink].filter((each) => each !== undefined).length;
    if (read !== undefined && count !== 1 && !faults.has(path)) {
      faults.add({ path, message: "must have either a target or a sink" });
    }
    return read;
  };
}

/** How `health()` and the log name it. A sink of the user's has no name. */
export function deadLetterPlaceName(place: DeadLetterPlace | undefined): string | undefined {
  return place?.target === undefined ? undefined : `the target ${JSON.stringify(place.target)}`;
}

/**
 * Writes the dead letters of a consumer: the user's own sink, or one that puts the message on a target of the
 * same bus, as it came, byte for byte: body, key and headers. Headers beside them say why.
 */
export function deadLetterSinkOf(
  place: DeadLetterPlace | undefined,
  sendText: SendDeadLetter,
): DeadLetterSink<BusDelivery> | undefined {
  const { target, sink } = place ?? {};
  if (target === undefined) return sink;
  return async (record, { signal }) => {
    const { key } = record.delivery.received;
    let tooLarge: unknown;
    for (const content of formsOf(record)) {
      try {
        return await sendText(content, { target, key, signal });
      } catch (thrown) {
        if (!(thrown instanceof MessageTooLargeError)) throw thrown;
        tooLarge = thrown;
      }
    }
    throw tooLarge;
  };
}

/**
 * The forms of a dead letter, the whole one first. One that is too large for its target loses headers: at
 * first ours but the reason, then those of the message, which a header says.
 */
function formsOf(record: DeadLetter<BusDelivery>): readonly TextContent[] {
  const { id, attempt, body: text, received } = record.delivery;
  const { original, headers } = received;
  // The same when the dead letter is written again.
  const deliveryId = `${id}-${attempt}`;
  const reasons = reasonsOf(record);
  const reason = { "dead-letter-reason": record.reason };
  const withReasons = (own: Readonly<Record<string, string>>): TextContent =>
    original === undefined
      ? { text, headers: { ...headers, ...own }, deliveryId }
      : { text, headers: own, original, deliveryId };
  return [
    withReasons(reasons),
    withReasons(reason),
    {
      text,
      headers: { ...reason, "dead-letter-headers": "cut" },
      original: original && { ...original, headers: [] },
      deliveryId,
    },
  ];
}

/** Codes and numbers only: what a handler has thrown may quote the message. */
function reasonsOf({ delivery, reason, error, failedAt }: DeadLetter<BusDelivery>): Record<string, string> {
  const { received, attempt } = delivery;
  return {
    "dead-letter-reason": reason,
    "dead-letter-error": error.code,
    "dead-letter-source": received.target,
    ...(received.groupId === undefined ? {} : { "dead-letter-group": received.groupId }),
    "dead-letter-attempts": String(attempt),
    "dead-letter-failed-at": new Date(failedAt).toISOString(),
  };
}
