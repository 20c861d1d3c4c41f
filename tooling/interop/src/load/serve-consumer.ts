import { answerLines } from "../programs/answer-lines.ts";
import { enter } from "./ledger.ts";
import { memoryInUse } from "./memory.ts";
import type { LoadSettings, Order } from "./order.ts";

/** Short, so that what a dead process held comes back soon. */
export const visibilityTimeoutMs = 5_000;

/** What consumes, whatever it consumes with. */
export interface LoadConsumer {
  /** Begins to consume one queue, and calls `handled` of each message. */
  consume(
    queue: string,
    handled: (order: Order, messageId: string) => void,
  ): { readonly closed: Promise<unknown> };
  close(): Promise<unknown>;
}

/**
 * Lets this process be asked as a consumer of a load: all queues at once, and what it has handled in the
 * ledger.
 */
export function serveConsumer({ queues, ledger }: LoadSettings, { consume, close }: LoadConsumer): void {
  for (const queue of queues) {
    const consumer = consume(queue, ({ n, group, sentAt }, messageId) =>
      enter(ledger, { is: "handled", queue, n, group, messageId, latencyMs: Date.now() - sentAt }),
    );
    // One that stops by itself is a fault, and the process says so by its end.
    consumer.closed.catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  }

  answerLines({
    ready: () => true,
    memory: memoryInUse,
    close: async () => void (await close()),
  });
}
