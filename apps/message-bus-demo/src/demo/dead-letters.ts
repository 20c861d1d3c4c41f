import type { MessageBus, Received } from "@wirekit/message-bus";
import type { PaymentTargets } from "../payment-targets.ts";

/** A dead letter, as an operator would find it. */
export interface FoundDeadLetter {
  readonly idempotencyKey: string;
  readonly reason: string;
  readonly error: string;
  readonly attempts: string;
}

/** Takes so many messages out of the dead letters: each is what was sent, with the reason in its headers. */
export async function takeDeadLetters(
  bus: MessageBus,
  { deadLetters: target }: PaymentTargets,
  { count, timeoutMs }: { readonly count: number; readonly timeoutMs: number },
): Promise<readonly FoundDeadLetter[]> {
  const found: FoundDeadLetter[] = [];
  const signal = AbortSignal.timeout(timeoutMs);
  for await (const received of bus.messages({ target, groupId: "operator", signal })) {
    found.push(foundIn(received));
    await bus.acknowledge(received);
    if (found.length === count) break;
  }
  return found;
}

function foundIn({ raw, headers }: Received): FoundDeadLetter {
  // Read by hand: an envelope that is not valid is among them.
  const { meta_data } = JSON.parse(raw) as { readonly meta_data: { readonly idempotency_key: string } };
  const header = (name: string) => headers[`dead-letter-${name}`] ?? "not said";
  return {
    idempotencyKey: meta_data.idempotency_key,
    reason: header("reason"),
    error: header("error"),
    attempts: header("attempts"),
  };
}
