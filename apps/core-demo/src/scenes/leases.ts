import { silentLogger } from "@wirekit/core";
import { createConsumer } from "@wirekit/core/inbound";
import { sleep } from "@wirekit/core/kit";
import { MemoryQueue } from "../memory-queue.ts";
import { ms, type Print, table } from "../table.ts";
import { emptied } from "../wait.ts";

const visibilityMs = 400;

/**
 * Handlers that take longer than their messages stay invisible; one of the messages is taken away in the
 * middle.
 */
export async function leases(print: Print): Promise<void> {
  const queue = new MemoryQueue({ visibilityMs });
  const rows: (string | number)[][] = [];
  queue.send("slow report");
  queue.send("stolen report");
  const consumer = createConsumer(
    {
      source: queue,
      concurrency: 2,
      logger: silentLogger,
      decode: ({ body }) => body,
    },
    async (report, { delivery: { attempt }, signal }) => {
      const startedAt = performance.now();
      if (report === "stolen report" && attempt === 1) queue.steal(report);
      const end = await sleep(report === "slow report" ? 1_000 : 500, { signal }).then(
        () => "handled",
        (reason: Error) => `stopped: ${reason.message}`,
      );
      rows.push([report, attempt, ms(performance.now() - startedAt), end]);
      signal.throwIfAborted();
    },
  );
  await emptied(queue);
  const { renewed, lost } = queue.leases.stats();
  const { received, handled, left } = consumer.stats();
  await consumer.close();
  print(table(["message", "delivery", "ran for", "and was"], rows));
  print(
    `visible again after ${ms(visibilityMs)} unless renewed: ${renewed} renewals, ${lost} lost; received ${received} = handled ${handled} + left ${left}`,
  );
}
