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
    const { id, attempt, body, received } = record.delivery;
    const { key, original } = received;
    const reasons = reasonsOf(record);
    const headers = original === undefined ? { ...received.headers, ...reasons } : reasons;
    // The id is the same when the dead letter is written again.
    const content = { text: body, headers, original, deliveryId: `${id}-${attempt}` };
    await sendText(content, { target, key, signal });
  };
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
