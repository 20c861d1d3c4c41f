import { expect } from "@jest/globals";
import { describePair } from "../../../src/rows/describe-pair.ts";
import { envelopes } from "../envelopes.ts";
import { createTopic, openBus, startPeer } from "./broker.ts";
import { confluent } from "./foreign-clients.ts";

const texts = envelopes.filter(({ category }) => category !== "plain-dictionary").map(({ text }) => text);
const transactions = [
  { end: "commit", values: texts.slice(0, 8) },
  { end: "abort", values: texts.slice(8, 16) },
  { end: "commit", values: texts.slice(16, 24) },
  // The log ends with what nobody is to read.
  { end: "abort", values: texts.slice(24, 32) },
];

export async function transactionRows(): Promise<void> {
  const pair = { theirs: confluent.name, on: "Apache Kafka", needs: confluent.needs };
  await describePair({ ...pair, ours: "message-bus KafkaMessageBus" }, (row) => {
    row(
      "theirs -> ours",
      "transactions: what was committed is read, what was aborted is passed over",
      async () => {
        await using bus = await openBus();
        await using theirs = await startPeer("confluent_peer.py");
        const topic = await createTopic("transactions", 1);
        await theirs.ask("transact", { topic, transactions });
        const committed = transactions.filter(({ end }) => end === "commit").flatMap(({ values }) => values);
        const read: string[] = [];
        await using consumer = bus.consume({ target: topic, concurrency: 1 }, (_message, { received }) => {
          read.push(received.raw);
        });
        consumer.closed.catch(() => undefined);
        await new Promise<void>((resolve) => {
          consumer.on("processed", () => read.length === committed.length && resolve());
        });
        expect(read).toEqual(committed);
        // What was aborted last is passed over as well, and committed.
        while ((await bus.lag({ target: topic })).some(({ lag }) => lag > 0n));
        await bus.close();

        await using next = await openBus();
        await theirs.ask("produce", { topic, records: [{ key: null, value: texts[32] }] });
        for await (const received of next.messages({ target: topic })) {
          expect(received.raw).toBe(texts[32]);
          break;
        }
        return { committed: committed.length, aborted: 16, received: read.length };
      },
    );
  });
}
