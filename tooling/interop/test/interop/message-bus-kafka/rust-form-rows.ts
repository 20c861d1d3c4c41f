import { expect } from "@jest/globals";
import { Kafka } from "@wirekit/message-bus";
import { describePair } from "../../../src/rows/describe-pair.ts";
import { envelopes } from "../envelopes.ts";
import { createTopic, kafka, openBus, optionsFor, plaintext, startPeer } from "./broker.ts";
import type { Place, ReadRecord } from "./foreign-clients.ts";

/** MYKOBO's Rust client is librdkafka, told to compress, and writes this header. */
const headers = { source: "RUST_SERVICE" };
const texts = envelopes.filter(({ category }) => category !== "plain-dictionary").map(({ text }) => text);
const records = texts.map((value, index) => ({ key: `user-${index}`, value, headers }));
const options = { "compression.type": "gzip", "linger.ms": 50 };

export async function rustFormRows(): Promise<void> {
  const pair = {
    theirs: "the form of MYKOBO's Rust client (librdkafka)",
    on: "Apache Kafka",
    needs: ["kafka", "python"],
  } as const;

  await describePair({ ...pair, ours: "message-bus KafkaMessageBus" }, (row) => {
    row("theirs -> ours", "gzip and a source header on each record", async () => {
      await using bus = await openBus();
      await using theirs = await startPeer("confluent_peer.py");
      const topic = await createTopic("rust", 3);
      const places = await theirs.ask<Place[]>("produce", { topic, records, options });
      const missing = new Map(
        places.map(({ partition, offset }, index) => [`${topic}:${partition}:${offset}`, texts[index]]),
      );
      for await (const received of bus.messages({ target: topic })) {
        expect(received).toMatchObject({ kind: "message", headers });
        expect(received.raw).toBe(missing.get(received.receiptHandle));
        missing.delete(received.receiptHandle);
        await bus.acknowledge(received);
        if (missing.size === 0) break;
      }
      return { sent: texts.length, received: texts.length };
    });

    row("ours -> theirs", "gzip, when it is asked for", async () => {
      await using bus = await openBus(plaintext, { compression: "gzip" });
      await using theirs = await startPeer("confluent_peer.py");
      const topic = await createTopic("to-rust", 1);
      await bus.sendMany(
        texts.map((text) => JSON.parse(text)),
        { target: topic },
      );
      const read = await theirs.ask<ReadRecord[]>("consume", { topic, count: texts.length });
      expect(read.map(({ value }) => JSON.parse(value))).toEqual(texts.map((text) => JSON.parse(text)));
      return { sent: texts.length, received: read.length };
    });
  });

  await describePair({ ...pair, ours: "message-bus Kafka" }, (row) => {
    row("theirs -> ours", "gzip and a source header on each record", async () => {
      await using ours = new Kafka(optionsFor(await kafka(), plaintext), {});
      await using theirs = await startPeer("confluent_peer.py");
      const topic = await createTopic("rust-class", 1);
      await theirs.ask("produce", { topic, records, options });
      const received: unknown[] = [];
      while (received.length < texts.length) {
        const taken = (await ours.receiveMessage({ topic, autoCommit: true })) ?? {};
        received.push(...Object.values(taken));
      }
      expect(received).toEqual(texts.map((text) => JSON.parse(text)));
      return { sent: texts.length, received: received.length };
    });
  });
}
