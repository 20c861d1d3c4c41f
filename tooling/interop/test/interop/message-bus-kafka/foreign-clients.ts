import { kafkaConsoleTools } from "@wirekit/servers";
import { runProgram } from "../../../src/programs/run-program.ts";
import type { Pair } from "../../../src/rows/describe-pair.ts";
import { kafka, startPeer } from "./broker.ts";

/** A record on its way to a topic. */
export interface PlainRecord {
  readonly key: string | null;
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a record stands in its topic. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface ReadRecord extends PlainRecord, Place {}

/** A client of somebody else's that writes to topics and reads them. */
export interface ForeignClient {
  readonly name: string;
  readonly needs: Pair["needs"];
  /** Resolves when the broker has all of them. */
  produce(topic: string, records: readonly PlainRecord[]): Promise<void>;
  /** The first records of a topic, as a group of its own. */
  consume(topic: string, count: number): Promise<readonly ReadRecord[]>;
}

export const kafkaPython = overLines("kafka-python", "kafka_python_peer.py");
export const confluent = overLines("confluent-kafka (librdkafka)", "confluent_peer.py");

/** Java's console tools. A key may hold no tab. */
export const javaConsole: ForeignClient = {
  name: "Java's console tools",
  needs: ["kafka", "java"],
  produce: async (topic, records) => {
    const { producer } = await kafkaConsoleTools();
    const parsed = ["--property", "parse.key=true", "--property", "null.marker=<null>"];
    const { command, args } = producer([...(await toTopic(topic)), ...parsed]);
    const lines = records.map(({ key, value }) => `${key ?? "<null>"}\t${value}\n`);
    await runProgram(command, args, { input: lines.join("") });
  },
  consume: async (topic, count) => {
    const { consumer } = await kafkaConsoleTools();
    const limits = ["--from-beginning", "--max-messages", String(count), "--timeout-ms", "180000"];
    const { command, args } = consumer([...(await toTopic(topic)), ...limits, ...printAll]);
    return (await runProgram(command, args)).trimEnd().split("\n").map(consoleRecord);
  },
};

async function toTopic(topic: string): Promise<readonly string[]> {
  return ["--bootstrap-server", (await kafka()).addresses.plaintext, "--topic", topic];
}

/** Has the console consumer print where each record stands, and its key. */
export const printAll: readonly string[] = ["partition", "offset", "key"].flatMap((what) => [
  "--property",
  `print.${what}=true`,
]);

/** What it prints of one record. */
export function consoleRecord(line: string): ReadRecord {
  const [, partition, offset, key = "", value = ""] =
    /^Partition:(\d+)\tOffset:(\d+)\t([^\t]*)\t(.*)$/.exec(line) ?? [];
  if (partition === undefined) throw new Error(`the console consumer printed ${JSON.stringify(line)}`);
  return {
    partition: Number(partition),
    offset: Number(offset),
    key: key === "null" ? null : key,
    value,
  };
}

function overLines(name: string, file: string): ForeignClient {
  return {
    name,
    needs: ["kafka", "python"],
    produce: async (topic, records) => {
      await using peer = await startPeer(file);
      await peer.ask("produce", { topic, records });
    },
    consume: async (topic, count) => {
      await using peer = await startPeer(file);
      return await peer.ask("consume", { topic, count });
    },
  };
}
