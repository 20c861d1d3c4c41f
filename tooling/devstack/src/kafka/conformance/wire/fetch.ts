import { at, batch } from "../batches.ts";
import { RawClient, type RequestBody, type ResponseBody } from "../raw-client.ts";
import type { TranscriptWriter } from "../transcript.ts";
import { makeTopic } from "./settled.ts";

type FetchPartition = RequestBody<"Fetch">["topics"][number]["partitions"][number];

/** Reading records, and finding them by offset and by time. */
export async function fetchScript(address: string, log: TranscriptWriter): Promise<void> {
  const client = await RawClient.open(address);
  const writer = await RawClient.open(address);
  const topic = await makeTopic(client, log.name("fetch"), 2);
  const produce = async (records: Buffer, index = 0) => {
    const topics = [{ name: topic, partitions: [{ index, records }] }];
    await writer.request("Produce", 7, { acks: -1, timeoutMs: 10_000, topics });
  };
  await produce(batch({ values: ["a", "b"], timestamps: [time(1), time(3)] }));
  await produce(batch({ values: ["c", "d"], timestamps: [time(2), time(5)], compression: "gzip" }));
  await produce(batch({ values: ["e"], timestamps: [time(4)] }));

  const send = (
    partitions: readonly FetchPartition[],
    request: Partial<RequestBody<"Fetch">> = {},
    version = 11,
  ) =>
    client.request("Fetch", version, {
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 1,
      topics: [{ name: topic, partitions }],
      ...request,
    });
  const fetch = async (step: string, ...request: Parameters<typeof send>) => {
    const answer = await send(...request);
    log.note(
      `fetch: ${step}`,
      answer === "closed" ? answer : { ...answer, topics: answer.topics.map(readable) },
    );
  };
  const from = (fetchOffset: bigint, index = 0, maxBytes = 1_000_000): FetchPartition => ({
    index,
    fetchOffset,
    maxBytes,
  });
  await fetch("from the beginning", [from(0n)]);
  await fetch("committed records only", [from(0n)], { isolationLevel: 1 });
  await fetch("from the middle of a batch", [from(3n)]);
  await fetch("from the end", [from(5n)]);
  await fetch("beyond the end", [from(6n)]);
  await fetch("before the beginning", [from(-1n)]);
  await fetch("an unknown partition", [from(0n, 9)]);
  await fetch("an unknown topic", [], { topics: [{ name: log.name("unknown"), partitions: [from(0n)] }] });
  await fetch("no topic", [], { topics: [], maxWaitMs: 5_000 });
  await fetch("fewer bytes than a batch has", [from(0n, 0, 10)]);
  await fetch("one byte more than a batch has", [from(0n, 0, 77)]);
  await fetch("no bytes", [from(0n, 0, 0)]);
  await fetch("in all fewer bytes than a batch has", [from(0n)], { maxBytes: 10 });
  await fetch("a leader that is not yet", [{ ...from(0n), currentLeaderEpoch: 9 }]);
  await fetch("a session that is none", [from(0n)], { sessionId: 12345, sessionEpoch: 7 });
  for (const version of [4, 5, 7, 9]) await fetch(`in version ${version}`, [from(4n)], {}, version);

  const waiting = send([from(5n), from(0n, 1)], { maxWaitMs: 30_000 });
  await produce(batch({ values: ["f"], timestamps: [time(6)] }), 1);
  const woken = await waiting;
  log.note("fetch: woken by a record", woken === "closed" ? woken : woken.topics.map(readable));
  await fetch("with time for what does not come", [from(5n)], { maxWaitMs: 200 });
  await fetch("with time for more than there is", [from(0n)], { maxWaitMs: 200, minBytes: 100_000 });
  await fetch("with the second partition beyond its end", [from(0n), from(9n, 1)], {
    maxWaitMs: 30_000,
    minBytes: 100_000,
  });
  await produce(batch({ values: ["x".repeat(3_000)], timestamps: [time(7)] }), 1);
  await fetch("two partitions with room for one batch", [from(0n), from(0n, 1)], { maxBytes: 100 });
  await fetch("two partitions with room for some", [from(0n), from(0n, 1)], { maxBytes: 400 });
  await offsets(client, topic, log);
  client.close();
  writer.close();
}

/**
 * A moment: so many seconds after the first one. Close together, all of them are in one segment of a real
 * log.
 */
function time(seconds: number): bigint {
  return 1_700_000_000_000n + BigInt(seconds * 1_000);
}

async function offsets(client: RawClient, topic: string, log: TranscriptWriter): Promise<void> {
  const list = async (step: string, timestamp: bigint, version = 3, name = topic, index = 0) => {
    const partitions = [{ index, timestamp, maxNumOffsets: 9 }];
    const answer = await client.request("ListOffsets", version, {
      replicaId: -1,
      topics: [{ name, partitions }],
    });
    log.note(`offsets: ${step}`, answer);
  };
  await list("the latest", -1n);
  await list("the earliest", -2n);
  await list("in version 1", -1n, 1);
  for (const second of [0, 1, 1.5, 2.5, 3.5, 5, 6]) await list(`at second ${second}`, time(second));
  await list("an unknown partition", -1n, 3, topic, 9);
  await list("an unknown topic", -1n, 3, log.name("unknown"));
  await list("the old way, the latest", -1n, 0);
  await list("the old way, the earliest", -2n, 0);
}

/**
 * A topic's answer with its batches made readable. Whether a list that is never used is absent or empty is
 * left out.
 */
function readable({ name, partitions }: ResponseBody<"Fetch">["topics"][number]) {
  return {
    name,
    partitions: partitions.map(({ abortedTransactions, records, ...partition }) => ({
      ...partition,
      ...(partition.errorCode === 0 ? { abortedTransactions } : {}),
      records: records && batches(records),
    })),
  };
}

/** Where the batches begin, and how large they are: the last one may be cut off. */
function batches(records: Buffer): readonly string[] {
  const found: string[] = [];
  let position = 0;
  while (position + at.magic < records.length) {
    const size = 12 + records.readInt32BE(position + at.length);
    const there = Math.min(size, records.length - position);
    const epoch = records.readInt32BE(position + 12);
    found.push(`offset ${records.readBigInt64BE(position)}, epoch ${epoch}, ${there} of ${size} bytes`);
    position += there;
  }
  if (position < records.length) found.push(`${records.length - position} more bytes`);
  return found;
}
