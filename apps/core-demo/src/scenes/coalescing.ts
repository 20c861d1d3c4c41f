import { ConnectionError } from "@wirekit/core";
import { sleep } from "@wirekit/core/kit";
import { Batcher, utf8Length } from "@wirekit/core/outbound";
import { ms, type Print, table } from "../table.ts";

/** A service that takes ten messages a request, and now and then is too busy for some of them. */
export async function coalescing(print: Print): Promise<void> {
  let requests = 0;
  let refused = 0;
  let taken = 0;
  const batcher = new Batcher<string, number>({
    maxEntries: 10,
    maxBytes: 262_144,
    sizeOf: utf8Length,
    maxInFlight: 8,
    retry: { baseDelayMs: 10 },
    flush: async (entries) => {
      requests += 1;
      await sleep(3);
      return entries.map(({ attempt }, index) => {
        if (attempt === 1 && requests % 5 === 0 && index % 4 === 0) {
          refused += 1;
          return { kind: "failed", error: new ConnectionError("too busy for this one") };
        }
        taken += 1;
        return { kind: "delivered", receipt: taken };
      });
    },
  });

  const startedAt = performance.now();
  const receipts = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => batcher.send(`message ${index}`)),
  );
  const { delivered, retries, flushes } = batcher.stats();
  const { notSent, unconfirmed } = await batcher.close();
  print(
    table(
      [
        "calls of send",
        "delivered",
        "requests",
        "refused at first",
        "sent again, alone",
        "left at close",
        "time",
      ],
      [
        [
          receipts.length,
          delivered,
          flushes,
          refused,
          retries,
          notSent.length + unconfirmed.length,
          ms(performance.now() - startedAt),
        ],
      ],
    ),
  );
}
