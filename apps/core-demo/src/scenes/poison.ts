import { silentLogger } from "@wirekit/core";
import { createConsumer } from "@wirekit/core/inbound";
import { MemoryQueue } from "../memory-queue.ts";
import { ms, type Print, table } from "../table.ts";
import { emptied } from "../wait.ts";

/** One message out of five can never be handled, one is not even valid. */
export async function poison(print: Print): Promise<void> {
  const queue = new MemoryQueue();
  for (const id of ["order 1", "order 2", "poison", "not an order", "order 3"]) queue.send(id);
  const rows: (string | number)[][] = [];
  const letters: string[] = [];
  const consumer = createConsumer(
    {
      source: queue,
      concurrency: 5,
      retry: { maxAttempts: 4, baseDelayMs: 20, maxDelayMs: 1_000 },
      logger: silentLogger,
      decode: ({ body }) => {
        if (body.startsWith("not")) throw new SyntaxError("this is not an order");
        return body;
      },
      deadLetter: {
        sink: async ({ delivery, reason, error }) => {
          letters.push(`${delivery.id}: ${reason} (${error.message})`);
        },
      },
      onProcessed: ({ delivery, outcome, settlement }) => {
        const pause = settlement?.kind === "retry" ? ms(settlement.afterMs) : "";
        rows.push([delivery.id, delivery.attempt, outcome, pause]);
      },
    },
    (order) => {
      if (order === "poison") throw new Error("no such customer");
    },
  );
  await emptied(queue);
  await consumer.close();
  print(table(["message", "delivery", "outcome", "again after"], rows));
  print(`dead letters: ${letters.join("; ")}`);
}
