import { expect } from "@jest/globals";
import { encodeMessage, Kafka } from "@wirekit/message-bus";
import { clientPackages } from "@wirekit/servers";
import type { TalkingProgram } from "../../../src/programs/talking-program.ts";
import { describePair, type Pair } from "../../../src/rows/describe-pair.ts";
import { copyOf } from "../../../src/rows/originals.ts";
import { envelopes, type GoldenEnvelope } from "../envelopes.ts";
import { createTopic, type Entrance, kafka, nameOf, openBus, optionsFor, startPeer } from "./broker.ts";
import type { Place } from "./foreign-clients.ts";

/** What mykobo-py's Kafka can do, over lines. */
interface Mykobo extends AsyncDisposable {
  send(dictionary: object, topic: string, key: string | undefined): Promise<Place>;
  /** The next message by its receipt handle, however often that has to be asked. */
  receive(topic: string): Promise<readonly [handle: string, dictionary: unknown]>;
  commit(topic: string, handle: string): Promise<void>;
}

interface Theirs extends Pick<Pair, "theirs" | "original"> {
  start(entrance: Entrance): Promise<TalkingProgram>;
}

const packages = clientPackages.mykobo;
const clients: readonly Theirs[] = [
  {
    theirs: "mykobo-py's stand-in (kafka-python)",
    start: (entrance) => startPeer("mykobo_kafka_standin.py", entrance, { packages }),
  },
  {
    theirs: "mykobo-py",
    original: "mykobo",
    start: async (entrance) => {
      const env = {
        PYTHONPATH: copyOf("mykobo") ?? "",
        SSL_CERT_FILE: (await kafka()).certificates.caPath,
      };
      return startPeer("mykobo_kafka_original.py", entrance, { packages, env });
    },
  },
];
const entrances: readonly Entrance[] = [
  { protocol: "PLAINTEXT" },
  { protocol: "SASL_SSL", mechanism: "PLAIN" },
];

const partitions = 3;
/** One in four has none, one in four an empty one, which goes out as none. */
const keyOf = (index: number) => [undefined, "", `user-${index}`, `Zoë \u{1F680} ${index}`][index % 4];

export async function mykoboRows(): Promise<void> {
  for (const { start, ...client } of clients)
    for (const entrance of entrances) {
      const open = async (): Promise<Mykobo> => mykoboOver(await start(entrance));
      const on = `Apache Kafka, ${nameOf(entrance)}`;
      const pair = { ...client, on, needs: ["kafka", "python"] } as const;

      await describePair({ ...pair, ours: "message-bus KafkaMessageBus" }, (row) => {
        row("ours -> theirs", "messages of every kind, with and without a key", async () => {
          await using bus = await openBus(entrance);
          await using theirs = await open();
          const topic = await createTopic("to-mykobo", partitions);
          const sent = new Map<string, GoldenEnvelope>();
          const outcomes = await bus.sendMany(
            envelopes.map(({ dictionary }) => dictionary),
            { target: topic, key: (_, index) => keyOf(index) },
          );
          for (const [index, outcome] of outcomes.entries()) {
            if (outcome.kind !== "delivered") throw new Error(`not delivered, but ${outcome.kind}`);
            sent.set(outcome.messageId, envelopes[index] as GoldenEnvelope);
          }
          for (let count = 0; count < sent.size; count += 1) {
            const [handle, dictionary] = await theirs.receive(topic);
            // Dictionaries of Python keep the order of their fields.
            expect(JSON.stringify(dictionary)).toBe(JSON.stringify(sent.get(handle)?.dictionary));
            await theirs.commit(topic, handle);
          }
          return { sent: outcomes.length, received: sent.size };
        });

        row("theirs -> ours", "messages of every kind, with and without a key", async () => {
          await using bus = await openBus(entrance);
          await using theirs = await open();
          const topic = await createTopic("from-mykobo", partitions);
          const sent = new Map<
            string,
            { readonly envelope: GoldenEnvelope; readonly key: string | undefined }
          >();
          for (const [index, envelope] of envelopes.entries()) {
            const key = keyOf(index);
            const { partition, offset } = await theirs.send(envelope.dictionary, topic, key);
            sent.set(`${topic}:${partition}:${offset}`, { envelope, key });
          }
          let invalid = 0;
          for await (const received of bus.messages({ target: topic })) {
            const { envelope, key } = sent.get(received.receiptHandle) ?? {};
            expect(received.raw).toBe(envelope?.text);
            expect(received.key).toBe(key === "" ? undefined : key);
            expect(received.headers).toEqual({});
            if (received.kind === "message") expect(encodeMessage(received.message)).toBe(envelope?.text);
            // What the original sends as it is, it does not check either.
            else expect(envelope?.category).toBe("plain-dictionary");
            if (received.kind === "invalid") invalid += 1;
            await bus.acknowledge(received);
            sent.delete(received.receiptHandle);
            if (sent.size === 0) break;
          }
          return { sent: envelopes.length, received: envelopes.length, "thereof invalid": invalid };
        });
      });

      await describePair({ ...pair, ours: "message-bus Kafka" }, (row) => {
        row("ours -> theirs", "the same calls: sent, received, committed by the receipt handle", async () => {
          await using ours = new Kafka(optionsFor(await kafka(), entrance), {});
          await using theirs = await open();
          const topic = await createTopic("class-to-mykobo", partitions);
          for (const [index, { dictionary }] of envelopes.slice(0, 8).entries()) {
            const { partition, offset } = await ours.sendMessage(dictionary, { topic, key: keyOf(index) });
            const handle = `${topic}:${partition}:${offset}`;
            expect(await theirs.receive(topic)).toEqual([handle, dictionary]);
            await theirs.commit(topic, handle);
          }
          return { sent: 8, received: 8 };
        });

        // Each turn starts a process; once is enough.
        if (entrance.protocol !== "PLAINTEXT") return;
        row("theirs -> ours", "one group of both, in turns: nothing skipped, nothing twice", async () => {
          const topic = await createTopic("turns", partitions);
          const dictionaries = new Map<string, object>();
          const turns = 2;
          const each = 3;
          {
            await using theirs = await open();
            for (let index = 0; index < turns * each * 2; index += 1) {
              const { dictionary } = envelopes[index % envelopes.length] as GoldenEnvelope;
              const { partition, offset } = await theirs.send(dictionary, topic, keyOf(index));
              dictionaries.set(`${topic}:${partition}:${offset}`, dictionary);
            }
          }
          const received: string[] = [];
          const take = (handle: string, dictionary: unknown) => {
            expect(dictionary).toEqual(dictionaries.get(handle));
            received.push(handle);
          };
          for (let turn = 0; turn < turns; turn += 1) {
            {
              await using theirs = await open();
              for (let count = 0; count < each; count += 1) {
                const [handle, dictionary] = await theirs.receive(topic);
                take(handle, dictionary);
                await theirs.commit(topic, handle);
              }
            }
            await using ours = new Kafka(optionsFor(await kafka(), entrance), {});
            for (let count = 0; count < each; ) {
              for (const [handle, dictionary] of Object.entries(
                (await ours.receiveMessage({ topic })) ?? {},
              )) {
                take(handle, dictionary);
                await ours.commitOffset({ topic, receiptHandle: handle });
                count += 1;
              }
            }
          }
          expect([...received].sort()).toEqual([...dictionaries.keys()].sort());
          return { sent: dictionaries.size, received: received.length, "hand-overs": turns * 2 - 1 };
        });
      });
    }
}

function mykoboOver(program: TalkingProgram): Mykobo {
  return {
    send: (message, topic, key) => program.ask("send", { message, topic, key: key ?? null }),
    receive: async (topic) => {
      for (let tries = 0; tries < 180; tries += 1) {
        const received = await program.ask<Record<string, unknown> | null>("receive", { topic });
        const [first] = Object.entries(received ?? {});
        if (first !== undefined) return first;
      }
      throw new Error(`nothing was received from ${topic}`);
    },
    commit: (topic, handle) => program.ask("commit", { topic, handle }),
    [Symbol.asyncDispose]: async () => {
      await program.ask("close").catch(() => undefined);
      await program.close();
    },
  };
}
