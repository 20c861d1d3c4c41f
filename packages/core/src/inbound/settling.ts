import type { Clock } from "../clock.ts";
import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { limitTime } from "../kit/limit-time.ts";
import type { Logger } from "../logger.ts";
import type { Called } from "./call.ts";
import type { Delivery } from "./delivery.ts";

/** How a settlement is waited for. */
export interface SettlingOptions {
  readonly clock: Clock;
  readonly settleTimeoutMs: number;
  readonly logger: Logger;
}

/** Waits for a settlement that was asked for; says why it failed, where it did. */
export async function settlingFault(
  called: Called<unknown>,
  { id }: Delivery,
  { clock, settleTimeoutMs: timeoutMs, logger }: SettlingOptions,
): Promise<WirekitError | undefined> {
  try {
    if (called.kind === "error") throw called.error;
    if (called.kind === "pending") await limitTime("Settling", called.promise, { timeoutMs, clock });
    return undefined;
  } catch (thrown) {
    const fields = { id, error: messageOf(thrown) };
    logger.error(fields, "A message could not be settled, and will be delivered again");
    return WirekitError.from(thrown);
  }
}
