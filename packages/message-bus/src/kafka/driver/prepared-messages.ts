import { encodeRecords } from "./encode-records.ts";
import type { PartitionBatch } from "./partition-batch.ts";
import type { OutgoingMessage, ProduceCall } from "./produce-call.ts";

/**
 * The messages of one topic as an array for kafkajs, with two methods of its own. kafkajs sorts messages by partition in a time that grows with the square of
 * their number, and encodes each by way of a dozen Buffers; here both are done before. All messages stand in the array nevertheless: where
 * kafkajs asks for something else, or encodes otherwise than is expected here, it does its own work on them, and is only slower.
 */
export function preparedMessages(batches: readonly PartitionBatch[], call: ProduceCall): OutgoingMessage[] {
  const partitions = batches.map((batch) => ({
    partition: batch.partition,
    messages: encodedMessages(batch, call),
  }));
  const all = partitions.flatMap(({ messages }) => messages);
  const reduce = (add: AddMessage, start: MessagesByPartition): MessagesByPartition => {
    let sorted = start;
    for (const { partition, messages } of partitions) {
      for (const message of messages) {
        sorted = add(sorted, message);
        // As soon as kafkajs has put the first of them where we would, the others follow at once.
        const isFirstSorted = sorted[partition]?.length === 1 && sorted[partition][0] === message;
        if (!isFirstSorted) continue;
        sorted[partition] = messages;
        break;
      }
    }
    return sorted;
  };
  return Object.defineProperty(all, "reduce", { value: reduce });
}

type MessagesByPartition = Record<number, OutgoingMessage[]>;
type AddMessage = (sorted: MessagesByPartition, message: OutgoingMessage) => MessagesByPartition;

/** What kafkajs makes of each message before it puts them together. */
interface Encoded {
  readonly buf: Buffer;
  /** The part of `buf` that counts. */
  readonly buffer: Buffer;
}

const nothing: Encoded = { buf: Buffer.alloc(0), buffer: Buffer.alloc(0) };

/** The messages of one partition: asked to map them to what they are encoded as, they have it ready, all of them in the place of the first. */
function encodedMessages({ records }: PartitionBatch, call: ProduceCall): OutgoingMessage[] {
  const messages = records.map(({ key, value, partition, headers }) => ({
    key: key ?? null,
    value,
    partition,
    headers,
    call,
  }));
  const map = (make: (message: OutgoingMessage, index: number) => unknown): unknown[] => {
    const [first, ...others] = messages;
    if (first === undefined) return [];
    const made = make(first, 0);
    if (isEncoded(made)) {
      const encoded = encodeRecords(records);
      const theirs = made.buffer;
      // Held against kafkajs's own, so that a kafkajs that writes another format is never contradicted.
      if (theirs.equals(encoded.subarray(0, theirs.length)))
        return [{ buf: encoded, buffer: encoded }, ...others.map(() => nothing)];
    }
    return [made, ...others.map((message, index) => make(message, index + 1))];
  };
  return Object.defineProperty(messages, "map", { value: map });
}

function isEncoded(made: unknown): made is Encoded {
  return (
    typeof made === "object" &&
    made !== null &&
    "buf" in made &&
    Buffer.isBuffer(made.buf) &&
    "buffer" in made &&
    Buffer.isBuffer(made.buffer)
  );
}
