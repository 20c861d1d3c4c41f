import { encodeMessage, KafkaMessageBus } from "@wirekit/message-bus";
import { Kafka as Kafkajs, logLevel, type Producer } from "kafkajs";
import { type BenchmarkCase, comparisonTable } from "../harness/benchmark-case.ts";
import { compare, usualTraffic } from "../harness/compare.ts";
import { judgeLimit, judgeRatio } from "../harness/goals.ts";
import { startKafkaProcess } from "../servers/kafka-process.ts";

const operations = 50_000;
/** kafkajs makes one request for each: so many show what that costs, without taking minutes. */
const singles = 500;
const perCall = 100;
const names = {
  ours: "KafkaMessageBus",
  loop: `kafkajs, ${perCall} to a call by hand`,
};
const topic = "payments";

/** Single sends, all called at once, beside a loop that was written for batches; both idempotent, and acknowledged by all replicas. */
export const kafkaProducing: BenchmarkCase = {
  name: "kafka-producing",
  async run({ rounds }) {
    const server = await startKafkaProcess();
    await server.createTopic(topic, 3);
    const bus = new KafkaMessageBus({
      bootstrapServers: server.bootstrapServers,
      securityProtocol: "PLAINTEXT",
    });
    const kafkajs = new Kafkajs({ brokers: [server.bootstrapServers], logLevel: logLevel.NOTHING }).producer({
      idempotent: true,
    });
    try {
      await kafkajs.connect();
      const messages = Array.from({ length: operations }, (_, index) => sampleDictionary(index));
      const texts = messages.map((message) => encodeMessage(message));
      const singleRequests = await countSingles(kafkajs, texts, () => server.traffic("Produce"));
      const calls = inHundreds(texts.map((value, index) => ({ key: keyOf(index), value })));
      const contenders = [
        {
          name: names.ours,
          run: async () => {
            await Promise.all(
              messages.map((message, index) =>
                bus.sendMessage(message, { target: topic, key: keyOf(index) }),
              ),
            );
          },
        },
        {
          name: names.loop,
          run: async () => {
            await Promise.all(calls.map((call) => kafkajs.send({ topic, messages: [...call] })));
          },
        },
      ];
      const traffic = () => server.traffic("Produce");
      const measured = await compare(contenders, { rounds, operations, traffic });
      const ours = measured.find(({ name }) => name === names.ours);
      const requests = (ours && usualTraffic(ours)?.requests) ?? Number.NaN;
      return {
        name: "kafka-producing",
        title: `${operations.toLocaleString("en")} single sends of ${texts[0]?.length} bytes, called at once`,
        ...comparisonTable(measured, { peer: names.loop, unit: "sends", serverTime: "shown" }),
        goals: [
          judgeLimit(`requests for ${operations} sends`, requests, {
            most: (operations * singleRequests) / 50,
            unit: "requests",
          }),
          judgeRatio({ contender: names.ours, peer: names.loop, atLeast: 0.9 }, measured),
        ],
        notes: [
          `kafkajs makes ${singleRequests.toFixed(2)} requests for each single send`,
          "by hand: has its messages as texts and in hundreds already, and one promise for each hundred",
        ],
        results: measured,
      };
    } finally {
      await bus.close();
      await kafkajs.disconnect();
      await server.close();
    }
  },
};

async function countSingles(
  producer: Producer,
  texts: readonly string[],
  traffic: () => Promise<{ readonly requests: number }>,
): Promise<number> {
  const before = await traffic();
  await Promise.all(
    texts
      .slice(0, singles)
      .map((value, index) => producer.send({ topic, messages: [{ key: keyOf(index), value }] })),
  );
  const after = await traffic();
  return (after.requests - before.requests) / singles;
}

function keyOf(index: number): string {
  return `user-${index % 1_000}`;
}

/** About 200 bytes as JSON. */
function sampleDictionary(index: number) {
  return {
    meta_data: {
      source: "BANKING_SERVICE",
      created_at: "2021-01-01T00:00:00Z",
      idempotency_key: `key-${index}`,
    },
    payload: { reference: `REF-${index}`, status: "APPROVED", message: "x".repeat(20) },
  };
}

function inHundreds<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / perCall) }, (_, index) =>
    items.slice(index * perCall, index * perCall + perCall),
  );
}
