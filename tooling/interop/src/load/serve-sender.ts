import { answerLines } from "../programs/answer-lines.ts";
import { enter } from "./ledger.ts";
import { memoryInUse } from "./memory.ts";
import type { LoadSettings, Order } from "./order.ts";
import { startTicking } from "./ticking.ts";

const groups = 7;

/** What sends, whatever it sends with. */
export interface LoadSender {
  /** Sends to one queue; resolves when it is known what became of it: `delivered`, or something else. */
  send(order: Order, queue: string): Promise<{ readonly kind: string }>;
  close(): Promise<unknown>;
}

/**
 * Lets this process be asked as the sender of a load: so many orders a second to each queue, and what became
 * of each in the ledger.
 */
export function serveSender({ queues, ledger }: LoadSettings, { send, close }: LoadSender): void {
  let n = 0;
  let stopTicking = () => {};
  const open = new Set<Promise<void>>();

  function sendToAll(): void {
    const order: Order = { n, group: `g${n % groups}`, sentAt: Date.now() };
    n += 1;
    for (const queue of queues) {
      const sent = sendTo(queue, order).then(() => void open.delete(sent));
      open.add(sent);
    }
  }

  async function sendTo(queue: string, order: Order): Promise<void> {
    const { kind } = await send(order, queue);
    if (kind === "delivered") enter(ledger, { is: "accepted", queue, n: order.n, group: order.group });
    else enter(ledger, { is: "not-accepted", queue, n: order.n, outcome: kind });
  }

  answerLines({
    ready: () => true,
    memory: memoryInUse,
    start: ({ perSecond }: { readonly perSecond: number }) => {
      stopTicking = startTicking(perSecond, sendToAll);
    },
    /** Sends no more, and resolves when everything that was sent has its outcome. */
    stop: async () => {
      stopTicking();
      while (open.size > 0) await Promise.all(open);
      await close();
      return { sent: n };
    },
  });
}
