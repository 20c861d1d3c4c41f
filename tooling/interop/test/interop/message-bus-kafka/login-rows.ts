import { expect } from "@jest/globals";
import { describePair } from "../../../src/rows/describe-pair.ts";
import { envelopes } from "../envelopes.ts";
import { createTopic, type Entrance, nameOf, openBus, startPeer } from "./broker.ts";
import type { ReadRecord } from "./foreign-clients.ts";

/** Those by which mykobo's client cannot come in. */
const entrances: readonly Entrance[] = [
  { protocol: "SSL" },
  { protocol: "SASL_PLAINTEXT", mechanism: "PLAIN" },
  { protocol: "SASL_PLAINTEXT", mechanism: "SCRAM-SHA-256" },
  { protocol: "SASL_PLAINTEXT", mechanism: "SCRAM-SHA-512" },
  { protocol: "SASL_SSL", mechanism: "SCRAM-SHA-256" },
  { protocol: "SASL_SSL", mechanism: "SCRAM-SHA-512" },
];

const texts = envelopes.map(({ text }) => text);

export async function loginRows(): Promise<void> {
  for (const entrance of entrances)
    await describePair(
      {
        ours: "message-bus KafkaMessageBus",
        theirs: "confluent-kafka (librdkafka)",
        on: `Apache Kafka, ${nameOf(entrance)}`,
        needs: ["kafka", "python"],
      },
      (row) => {
        row("ours -> theirs", "sends as who it is", async () => {
          await using bus = await openBus(entrance);
          await using theirs = await startPeer("confluent_peer.py", entrance);
          const topic = await createTopic("logged-in", 1);
          const outcomes = await bus.sendMany(
            envelopes.map(({ dictionary }) => dictionary),
            { target: topic },
          );
          expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["delivered"]));
          const read = await theirs.ask<ReadRecord[]>("consume", { topic, count: texts.length });
          expect(read.map(({ value }) => JSON.parse(value))).toEqual(texts.map((text) => JSON.parse(text)));
          return { sent: outcomes.length, received: read.length };
        });

        row("theirs -> ours", "receives as who it is", async () => {
          await using bus = await openBus(entrance);
          await using theirs = await startPeer("confluent_peer.py", entrance);
          const topic = await createTopic("logged-in", 1);
          await theirs.ask("produce", { topic, records: texts.map((value) => ({ key: "k", value })) });
          const received: string[] = [];
          for await (const { raw, ...rest } of bus.messages({ target: topic })) {
            received.push(raw);
            await bus.acknowledge({ raw, ...rest });
            if (received.length === texts.length) break;
          }
          expect(received).toEqual(texts);
          return { sent: texts.length, received: received.length };
        });
      },
    );
}
