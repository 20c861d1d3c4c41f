import { ConfigError } from "@wirekit/core";
import type { DeadLetter, DeadLetterSink } from "@wirekit/core/inbound";
import type { BusDelivery, ConsumeOptions } from "./consume-options.ts";

/** Where a body goes that is sent as it is. */
export interface RawSendOptions {
  readonly target: string;
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Tells the dead letter from every other, and is the same when it is written again. */
  readonly deliveryId: string;
  readonly signal: AbortSignal;
}

/** Puts a body on a target as it is, past all validation, and resolves once it is acknowledged there. */
export type RawSender = (text: string, options: RawSendOptions) => Promise<unknown>;

/**
 * What writes the dead letters of a consumer: the user's own sink, or one that puts the body, as it came and under its key, on a
 * target of the same bus. Beside it stands why: in headers, because the body has to remain what it was.
 *
 * @throws ConfigError when both are given, or the target is the one that is consumed.
 */
export function deadLetterSinkOf(
  options: Pick<ConsumeOptions, "target" | "deadLetterTarget" | "deadLetterSink">,
  sendText: RawSender,
): DeadLetterSink<BusDelivery> | undefined {
  const { target, deadLetterTarget, deadLetterSink } = options;
  if (deadLetterTarget === undefined) return deadLetterSink;
  const path = "deadLetterTarget";
  if (deadLetterSink !== undefined) {
    throw new ConfigError([{ path, message: "must not be given together with deadLetterSink" }]);
  }
  // Whoever consumes the target would get its own dead letters back, for ever.
  if (deadLetterTarget === target || deadLetterTarget === "") {
    throw new ConfigError([{ path, message: "must be another target than the one that is consumed" }]);
  }
  return async (record, { signal }) => {
    const { id, attempt, body, received } = record.delivery;
    const { key } = received;
    const deliveryId = `${id}-${attempt}`;
    await sendText(body, { target: deadLetterTarget, key, headers: headersOf(record), deliveryId, signal });
  };
}

/** Codes and numbers only: what a handler has thrown may quote the message. */
function headersOf({ delivery, reason, error, failedAt }: DeadLetter<BusDelivery>): Record<string, string> {
  const { received, attempt } = delivery;
  return {
    ...received.headers,
    "dead-letter-reason": reason,
    "dead-letter-error": error.code,
    "dead-letter-source": received.target,
    ...(received.groupId === undefined ? {} : { "dead-letter-group": received.groupId }),
    "dead-letter-attempts": String(attempt),
    "dead-letter-failed-at": new Date(failedAt).toISOString(),
  };
}
