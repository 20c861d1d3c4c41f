import { silentLogger } from "@wirekit/core";
import { createConsumer } from "@wirekit/core/inbound";
import { sleep } from "@wirekit/core/kit";
import { MemoryQueue } from "../memory-queue.ts";
import { ms, type Print, table } from "../table.ts";
import { until } from "../wait.ts";

/** A hundred messages, and a consumer that is closed while it is busy with them. */
export async function shutdown(print: Print): Promise<void> {
  const queue = new MemoryQueue();
  const sent = 100;
  for (let number = 1; number <= sent; number += 1) queue.send(`message ${number}`);
  const consumer = createConsumer(
    {
      source: queue,
      concurrency: 8,
      logger: silentLogger,
      decode: ({ body }) => body,
    },
    (_, { signal }) => sleep(20, { signal }),
  );
  await until(() => consumer.stats().handled >= 30);
  const startedAt = performance.now();
  const { notHandled } = await consumer.close({ timeoutMs: 2_000 });
  const { received, handled } = consumer.stats();
  print(
    table(
      ["sent", "received", "handled", "given back at once", "in the queue now", "lost", "closing took"],
      [
        [
          sent,
          received,
          handled,
          notHandled,
          queue.size,
          sent - handled - queue.size,
          ms(performance.now() - startedAt),
        ],
      ],
    ),
  );
}
