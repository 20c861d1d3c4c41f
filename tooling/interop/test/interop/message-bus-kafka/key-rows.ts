import { expect } from "@jest/globals";
import { type KafkaMessageBus, partitionForKey } from "@wirekit/message-bus";
import { describePair } from "../../../src/rows/describe-pair.ts";
import { createTopic, openBus } from "./broker.ts";
import { confluent, javaConsole, kafkaPython, type PlainRecord } from "./foreign-clients.ts";

const partitions = 12;
const unicode = ["Zoë", "\u{1F680}", "ключ", "鍵", "e\u0301", "\u0000", "\u2028", " leading and trailing "];
const lengths = Array.from({ length: 20 }, (_, length) => "x".repeat(length + 1));
const numbered = Array.from({ length: 200 }, (_, index) => `user-${index}`);
const keys = [...unicode, ...lengths, ...numbered, "long ".repeat(2_000)];

/** With an empty key and without one. */
const records: readonly PlainRecord[] = [null, "", ...keys].map((key, index) => ({
  key,
  value: text(index),
}));

function text(index: number): string {
  const metaData = {
    source: "K",
    created_at: "2026-01-01T00:00:00Z",
    token: "t",
    idempotency_key: `${index}`,
  };
  return JSON.stringify({
    meta_data: { ...metaData, instruction_type: "STATUS_UPDATE" },
    payload: { reference: `R-${index}`, status: "DONE" },
  });
}

export async function keyRows(): Promise<void> {
  for (const theirs of [kafkaPython, confluent, javaConsole] as const) {
    const pair = { ours: "message-bus KafkaMessageBus", theirs: theirs.name, on: "Apache Kafka" };
    await describePair({ ...pair, needs: theirs.needs }, (row) => {
      row("theirs -> ours", "a key is sent to the partition that ours would choose", async () => {
        await using bus = await openBus();
        const topic = await createTopic("their-keys", partitions);
        await theirs.produce(topic, records);
        const read = await readByOurs(bus, topic);
        expect([...read.keys()].sort()).toEqual(records.map(({ value }) => value).sort());
        for (const { key, value } of records) {
          expect(read.get(value)?.key).toBe(key ?? undefined);
          if (key !== null)
            expect({ key, ...read.get(value) }).toMatchObject({
              partition: partitionForKey(key, partitions),
            });
        }
        return { keys: records.length - 1 };
      });

      row(
        "ours -> theirs",
        "keys and texts are read as they were sent, from the same partitions",
        async () => {
          await using bus = await openBus();
          const topic = await createTopic("our-keys", partitions);
          await Promise.all(
            records.map(({ key, value }) =>
              bus.sendMessage(JSON.parse(value), { target: topic, ...(key !== null && { key }) }),
            ),
          );
          const read = await theirs.consume(topic, records.length);
          const byValue = new Map(read.map((record) => [canonical(record.value), record]));
          for (const { key, value } of records) {
            const found = byValue.get(value);
            // As in the original: an empty key is none.
            expect(found?.key).toBe(key === "" ? null : key);
            if (found?.key) expect(found.partition).toBe(partitionForKey(found.key, partitions));
          }
          return { keys: byValue.size - 2, "without a key": 2 };
        },
      );
    });
  }
}

async function readByOurs(bus: KafkaMessageBus, topic: string) {
  const read = new Map<string, { readonly partition: number; readonly key: string | undefined }>();
  for await (const received of bus.messages({ target: topic })) {
    const [, partition] = received.receiptHandle.split(":");
    read.set(received.raw, { partition: Number(partition), key: received.key });
    await bus.acknowledge(received);
    if (read.size === records.length) break;
  }
  return read;
}

/** The same text by another writer. */
function canonical(value: string): string {
  return JSON.stringify(JSON.parse(value));
}
