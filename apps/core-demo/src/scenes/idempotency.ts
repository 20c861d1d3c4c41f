import { silentLogger } from "@wirekit/core";
import { createConsumer, MemoryIdempotencyStore } from "@wirekit/core/inbound";
import { sleep } from "@wirekit/core/kit";
import { MemoryQueue } from "../memory-queue.ts";
import { type Print, table } from "../table.ts";
import { emptied } from "../wait.ts";

/** Each payment is sent twice, as a sender does that had no answer; two consumers share one store. */
export async function idempotency(print: Print): Promise<void> {
  const store = new MemoryIdempotencyStore<string>();
  const queues = [new MemoryQueue(), new MemoryQueue()];
  for (const queue of queues)
    for (let payment = 1; payment <= 20; payment += 1) queue.send(`payment ${payment}`);
  let paid = 0;
  const consumers = queues.map((source) =>
    createConsumer(
      {
        source,
        concurrency: 5,
        retry: { baseDelayMs: 20 },
        handlerTimeoutMs: 1_000,
        logger: silentLogger,
        decode: ({ body }) => body,
        idempotency: { store, keyOf: (payment) => payment },
      },
      async (payment) => {
        await sleep(10);
        paid += 1;
        return `receipt of ${payment}`;
      },
    ),
  );
  await Promise.all(queues.map(emptied));
  await Promise.all(consumers.map((consumer) => consumer.close()));
  const stats = consumers.map((consumer) => consumer.stats());
  print(
    table(
      ["consumer", "received", "handled", "of these known already", "in progress elsewhere, retried"],
      stats.map(({ received, handled, duplicates, retried }, index) => [
        index + 1,
        received,
        handled,
        duplicates,
        retried,
      ]),
    ),
  );
  print(`40 messages for 20 payments: paid ${paid} times`);
}
