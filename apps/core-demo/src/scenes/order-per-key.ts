import { createConsumer } from "@wirekit/core/inbound";
import { sleep } from "@wirekit/core/kit";
import { MemoryQueue } from "../memory-queue.ts";
import { ms, type Print, table } from "../table.ts";
import { emptied } from "../wait.ts";

/** Three keys; each message of the first takes a tenth of a second, those of the others three thousandths. */
export async function orderPerKey(print: Print): Promise<void> {
  const queue = new MemoryQueue();
  for (let number = 1; number <= 5; number += 1) {
    for (const key of ["slow", "quick", "brisk"]) queue.send(`${key} ${number}`, key);
  }
  const handled = new Map<string, { readonly numbers: string[]; doneAt: number }>();
  const startedAt = performance.now();
  const consumer = createConsumer(
    {
      source: queue,
      concurrency: 3,
      decode: ({ body }) => body.split(" "),
    },
    async ([key = "", number = ""]) => {
      await sleep(key === "slow" ? 100 : 3);
      const sofar = handled.get(key) ?? { numbers: [], doneAt: 0 };
      sofar.numbers.push(number);
      sofar.doneAt = performance.now() - startedAt;
      handled.set(key, sofar);
    },
  );
  await emptied(queue);
  await consumer.close();
  print(
    table(
      ["key", "handled in this order", "done after"],
      [...handled].map(([key, { numbers, doneAt }]) => [key, numbers.join(" "), ms(doneAt)]),
    ),
  );
}
