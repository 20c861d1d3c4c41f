import { Producer as PlatformaticProducer, ProduceAcks, stringSerializers } from "@platformatic/kafka";
import { encodeMessage, KafkaMessageBus } from "@wirekit/message-bus";
import { Kafka as Kafkajs, logLevel, type Producer } from "kafkajs";
import { type BenchmarkCase, type CaseReport, comparisonTable } from "../harness/benchmark-case.ts";
import { type Contender, compare } from "../harness/compare.ts";
import { judgeLimit, judgeRate, judgeRatio, requestsOf, type Verdict } from "../harness/goals.ts";
import type { KafkaServer, KafkaSetup } from "../servers/kafka-server.ts";

const operations = 50_000;
/** kafkajs makes one request for each: so many show what that costs, without taking minutes. */
const singles = 500;
const perCall = 100;
const names = {
  ours: "KafkaMessageBus",
  loop: `kafkajs, ${perCall} to a call by hand`,
  platformatic: `@platformatic/kafka, ${perCall} to a call by hand`,
};
const topic = "payments";

/**
 * Single sends, all called at once, beside loops that were written for batches; acknowledged by all replicas,
 * and idempotent where that works.
 */
export const kafkaProducing = (setup: KafkaSetup): BenchmarkCase => ({
  name: "kafka-producing",
  needs: setup.needs,
  async run({ rounds }) {
    const server = await setup.startServer();
    try {
      await server.createTopic(topic, 3);
      return await produceAll(server, setup, rounds);
    } finally {
      await server.close();
    }
  },
});

interface Keyed {
  readonly key: string;
  readonly value: string;
}

async function produceAll(server: KafkaServer, setup: KafkaSetup, rounds: number): Promise<CaseReport> {
  const { bootstrapServers } = server;
  const bus = new KafkaMessageBus({ bootstrapServers, securityProtocol: "PLAINTEXT" });
  const kafkajs = new Kafkajs({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
  });
  const platformatic = server.protocol === "old" ? undefined : platformaticProducer(bootstrapServers);
  try {
    await kafkajs.connect();
    const messages = Array.from({ length: operations }, (_, index) => sampleDictionary(index));
    const texts = messages.map((message, index) => ({ key: keyOf(index), value: encodeMessage(message) }));
    const singleRequests = await countSingles(kafkajs, texts, server);
    const calls = inHundreds(texts);
    const contenders: readonly Contender[] = [
      {
        name: names.ours,
        run: async () => {
          await Promise.all(
            messages.map((message, index) => bus.sendMessage(message, { target: topic, key: keyOf(index) })),
          );
        },
      },
      {
        name: names.loop,
        run: async () => {
          await Promise.all(calls.map((call) => kafkajs.send({ topic, messages: [...call] })));
        },
      },
      ...(platformatic === undefined ? [] : [platformaticLoop(platformatic, calls)]),
    ];
    const traffic = () => server.traffic("Produce");
    const measured = await compare(contenders, { rounds, operations, traffic });
    const counted =
      singleRequests === undefined
        ? []
        : [`kafkajs makes ${singleRequests.toFixed(2)} requests for each single send`];
    return {
      name: "kafka-producing",
      server: server.description,
      title: `${operations.toLocaleString("en")} single sends of ${texts[0]?.value.length} bytes, called at once`,
      ...comparisonTable(measured, { peer: names.loop, unit: "sends", serverTime: "shown" }),
      goals: [
        ...judgeRequests(requestsOf(measured, names.ours), singleRequests),
        judgeRatio({ contender: names.ours, peer: names.loop, atLeast: 0.9 }, measured),
        ...goalsBesideOriginal(setup).map((goal) => judgeRate(goal, measured)),
      ],
      notes: [
        ...counted,
        "by hand: has its messages as texts and in hundreds already, and one promise for each hundred",
        ...(platformatic === undefined
          ? []
          : [`${names.platformatic}: not idempotent, because then only one call could be made at a time`]),
      ],
      results: measured,
    };
  } finally {
    await bus.close();
    await kafkajs.disconnect();
    await platformatic?.close();
  }
}

function platformaticProducer(bootstrapServers: string) {
  return new PlatformaticProducer({
    clientId: "bench",
    bootstrapBrokers: [bootstrapServers],
    serializers: stringSerializers,
    // Its idempotent producer counts a batch on when it is answered: calls at the same time get the same
    // numbers, and Kafka refuses them, or takes them for repetitions and drops them.
    idempotent: false,
    acks: ProduceAcks.ALL,
  });
}

function platformaticLoop(
  producer: ReturnType<typeof platformaticProducer>,
  calls: readonly (readonly Keyed[])[],
): Contender {
  const forTopic = calls.map((call) => call.map((message) => ({ topic, ...message })));
  return {
    name: names.platformatic,
    run: async () => {
      await Promise.all(forTopic.map((messages) => producer.send({ messages })));
    },
  };
}

/** What kafkajs asks of the server for each single send; `undefined` where the server does not count it. */
async function countSingles(
  producer: Producer,
  texts: readonly Keyed[],
  server: KafkaServer,
): Promise<number | undefined> {
  const before = await server.traffic("Produce");
  if (before.requests === undefined) return undefined;
  await Promise.all(texts.slice(0, singles).map((message) => producer.send({ topic, messages: [message] })));
  const after = await server.traffic("Produce");
  return ((after.requests ?? Number.NaN) - before.requests) / singles;
}

function judgeRequests(requests: number | undefined, singleRequests: number | undefined): readonly Verdict[] {
  if (requests === undefined || singleRequests === undefined) return [];
  const most = (operations * singleRequests) / 50;
  return [judgeLimit(`requests for ${operations} sends`, requests, { most, unit: "requests" })];
}

function goalsBesideOriginal({ original }: KafkaSetup) {
  if (original === undefined) return [];
  return [
    {
      contender: names.ours,
      atLeast: 50,
      of: "the Python original once was on two cores",
      perSecond: original.sends,
      unit: "sends",
    },
  ];
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
