import { at, batch } from "../batches.ts";
import { RawClient, type RequestBody } from "../raw-client.ts";
import type { TranscriptWriter } from "../transcript.ts";
import { makeTopic } from "./settled.ts";

/** What a broker takes from producers, and what it refuses. */
export async function produceScript(address: string, log: TranscriptWriter): Promise<void> {
  const client = await RawClient.open(address);
  const topic = await makeTopic(client, log.name("produce"), 1);

  const produce = async (
    step: string,
    records: Buffer | null,
    request: Partial<RequestBody<"Produce">> = {},
    version = 7,
  ) => {
    const topics = [{ name: topic, partitions: [{ index: 0, records }] }];
    const answer = await client.request("Produce", version, {
      acks: -1,
      timeoutMs: 10_000,
      topics,
      ...request,
    });
    log.note(`produce: ${step}`, answer === "closed" ? answer : answer.topics);
  };
  const one = () => batch({ values: ["one"] });
  await produce("one record", one());
  await produce("three records", batch({ values: ["a", "b", "c"] }));
  await produce("acknowledged by the leader alone", one(), { acks: 1 });
  await produce("compressed", batch({ values: ["z", "z"], compression: "gzip" }));
  await produce("in version 3", one(), {}, 3);
  await produce("an unknown number of acknowledgements", one(), { acks: 2 });
  await produce("an unknown topic", one(), {
    topics: [{ name: log.name("unknown"), partitions: [{ index: 0, records: one() }] }],
  });
  await produce("an unknown partition", one(), {
    topics: [{ name: topic, partitions: [{ index: 7, records: one() }] }],
  });
  await produce("nothing", Buffer.alloc(0));
  await produce("two batches", Buffer.concat([one(), one()]));
  await produce("half a batch", one().subarray(0, 40));
  await produce("a batch and a half", Buffer.concat([one(), one().subarray(0, 40)]));
  await produce("a wrong checksum", flipped(one()));
  await produce(
    "not from offset 0",
    batch({ values: ["x"], change: (b) => b.writeBigInt64BE(5n, at.baseOffset) }),
  );
  await produce(
    "more records than there are",
    batch({ values: ["x"], change: (b) => b.writeInt32BE(4, at.count) }),
  );
  await produce(
    "as many records as are not there",
    batch({
      values: ["x"],
      change: (b) => b.writeInt32BE(4, at.count) && b.writeInt32BE(3, at.lastOffsetDelta),
    }),
  );
  await produce("no record", batch({ values: ["x"], change: (b) => b.writeInt32BE(0, at.count) }));
  await produce(
    "a last offset below the first",
    batch({ values: ["x"], change: (b) => b.writeInt32BE(-1, at.lastOffsetDelta) }),
  );
  await produce(
    "records that make no sense",
    batch({ values: ["x"], change: (b) => b.fill(0x41, at.records) }),
  );
  await produce(
    "records numbered the same",
    batch({ values: ["x", "y"], change: (b) => b.writeUInt8(0, at.records + 12) }),
  );
  await produce(
    "an older format in a new request",
    batch({ values: ["x"], change: (b) => b.writeInt8(1, at.magic) }),
  );
  await produce(
    "a format that nobody knows",
    batch({ values: ["x"], change: (b) => b.writeInt8(9, at.magic) }),
  );
  await produce(
    "a control batch",
    batch({ values: ["x"], change: (b) => b.writeInt16BE(0x20, at.attributes) }),
  );
  await produce(
    "zstd in a version that has none",
    batch({ values: ["x"], change: (b) => b.writeInt16BE(4, at.attributes) }),
    {},
    6,
  );
  await produce("a batch that is too large", batch({ values: ["x".repeat(1_100_000)] }));
  await produce("one record at the end", one());
  client.close();

  const careless = await RawClient.open(address);
  const silent = (name: string) =>
    careless.send("Produce", 7, {
      acks: 0,
      timeoutMs: 10_000,
      topics: [{ name, partitions: [{ index: 0, records: one() }] }],
    });
  silent(topic);
  log.note(
    "produce: without acknowledgement",
    (await careless.request("ApiVersions", 0, {})) === "closed" ? "closed" : "open",
  );
  silent(log.name("unknown"));
  log.note("produce: without acknowledgement, in vain", await careless.frame());
  careless.close();
  await sequences(address, log);
}

/** Idempotent producers: what is new, what is there already, and what is out of turn. */
async function sequences(address: string, log: TranscriptWriter): Promise<void> {
  const client = await RawClient.open(address);
  const topic = await makeTopic(client, log.name("sequences"), 2);
  const producer = async () => {
    const answer = await client.request("InitProducerId", 1, {
      transactionalId: null,
      transactionTimeoutMs: 60_000,
    });
    if (answer === "closed") throw new Error("no producer id was given");
    return answer;
  };
  const { producerId, ...rest } = await producer();
  log.note("producer id", rest);

  const produce = async (
    step: string,
    values: readonly string[],
    numbers: { readonly baseSequence: number; readonly producerEpoch?: number; readonly producerId?: bigint },
    index = 0,
  ) => {
    const records = batch({ values, producerId, ...numbers });
    const topics = [{ name: topic, partitions: [{ index, records }] }];
    const answer = await client.request("Produce", 7, { acks: -1, timeoutMs: 10_000, topics });
    log.note(`sequence: ${step}`, answer === "closed" ? answer : answer.topics);
  };
  await produce("the first", ["0", "1"], { baseSequence: 0 });
  await produce("the first again", ["0", "1"], { baseSequence: 0 });
  await produce("the next", ["2"], { baseSequence: 2 });
  await produce("the first once more", ["0", "1"], { baseSequence: 0 });
  await produce("with a gap", ["x"], { baseSequence: 9 });
  await produce("half of the first", ["0"], { baseSequence: 0 });
  await produce("the first and more", ["0", "1", "x"], { baseSequence: 0 });
  for (const sequence of [3, 4, 5, 6]) await produce(`number ${sequence}`, ["x"], { baseSequence: sequence });
  await produce("the fifth from the end again", ["2"], { baseSequence: 2 });
  await produce("the sixth from the end again", ["0", "1"], { baseSequence: 0 });
  await produce("without a number", ["x"], { baseSequence: -1 });
  await produce("another partition, not from 0", ["x"], { baseSequence: 3 }, 1);
  await produce("the next in the other partition", ["x"], { baseSequence: 4 }, 1);
  await produce("a new epoch, not from 0", ["x"], { baseSequence: 7, producerEpoch: 1 });
  await produce("a new epoch", ["x"], { baseSequence: 0, producerEpoch: 1 });
  await produce("the epoch before", ["x"], { baseSequence: 7, producerEpoch: 0 });
  await produce("the epoch before, what was written in it", ["x"], { baseSequence: 6, producerEpoch: 0 });
  await produce("the new epoch again", ["x"], { baseSequence: 0, producerEpoch: 1 });

  const wrapping = (await producer()).producerId;
  await produce("close to the largest number", ["a", "b"], {
    producerId: wrapping,
    baseSequence: 0x7ffffffe,
  });
  await produce("after the largest number", ["c"], { producerId: wrapping, baseSequence: 0 });
  const across = (await producer()).producerId;
  await produce("across the largest number", ["a", "b", "c"], {
    producerId: across,
    baseSequence: 0x7ffffffe,
  });
  await produce("across the largest number again", ["a", "b", "c"], {
    producerId: across,
    baseSequence: 0x7ffffffe,
  });
  await produce("after having gone across", ["d"], { producerId: across, baseSequence: 1 });
  client.close();
}

/** The same with another last byte, and the checksum left as it was. */
function flipped(records: Buffer): Buffer {
  const last = records.length - 1;
  records.writeUInt8(records.readUInt8(last) ^ 0xff, last);
  return records;
}
