import { WirekitError } from "@wirekit/core";
import { type AbortedTransaction, unreadable } from "./record-batch.ts";

/** What the broker has answered for one partition. Its records have not been looked at. */
export interface AnsweredPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  /** Of transactions that were aborted: by whom, and from which offset on. */
  readonly aborted: readonly AbortedTransaction[];
  /** Batches of records, the last of which may be cut off. */
  readonly recordSet: Buffer;
}

/** The answer to a fetch of one topic. */
export interface FetchAnswer {
  readonly topic: string;
  readonly partitions: readonly AnsweredPartition[];
  /** For how long this client is to send nothing more, in milliseconds. */
  readonly throttleMs: number;
}

/**
 * Whether answers to this version of the request are laid out as is read here; they are from Kafka 0.11 on.
 */
export function isReadable(version: number): boolean {
  return version >= 4 && version <= 11;
}

/**
 * Reads the answer to a fetch, of version 4 to 11. https://kafka.apache.org/protocol#The_Messages_Fetch
 *
 * @throws WirekitError where it is not laid out like one.
 */
export function readFetchAnswer(bytes: Buffer, version: number): FetchAnswer {
  try {
    return new AnswerReader(bytes, version).answer();
  } catch (thrown) {
    // A number beyond the end.
    throw thrown instanceof WirekitError ? thrown : unreadable("an answer is shorter than it says", thrown);
  }
}

class AnswerReader {
  readonly #bytes: Buffer;
  readonly #version: number;
  #at = 0;

  constructor(bytes: Buffer, version: number) {
    this.#bytes = bytes;
    this.#version = version;
  }

  answer(): FetchAnswer {
    const throttledMs = this.#int32();
    // An error of the session, and the session, which is not used.
    if (this.#version >= 7) this.#at += 6;
    const topics = this.#array(() => ({
      topic: this.#text(),
      partitions: this.#array(() => this.#partition()),
    }));
    return {
      topic: topics[0]?.topic ?? "",
      partitions: topics.flatMap(({ partitions }) => partitions),
      // Before version 8 the broker has kept to the pause itself.
      throttleMs: this.#version >= 8 ? throttledMs : 0,
    };
  }

  #partition(): AnsweredPartition {
    const partition = this.#int32();
    const errorCode = this.#int16();
    const highWatermark = this.#int64();
    // The last stable offset; where the log begins.
    this.#at += 8 + (this.#version >= 5 ? 8 : 0);
    const aborted = this.#array(() => ({ producerId: this.#int64(), firstOffset: this.#int64() }));
    // The replica that would be nearer.
    if (this.#version >= 11) this.#at += 4;
    return { partition, errorCode, highWatermark, aborted, recordSet: this.#sized() };
  }

  /** None, where the length is -1. */
  #array<T>(read: () => T): T[] {
    const count = this.#int32();
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) items.push(read());
    return items;
  }

  #text(): string {
    const length = Math.max(0, this.#int16());
    this.#at += length;
    return this.#bytes.toString("utf8", this.#at - length, this.#at);
  }

  #sized(): Buffer {
    const length = Math.max(0, this.#int32());
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw unreadable("an answer is shorter than it says");
    return this.#bytes.subarray(start, this.#at);
  }

  #int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  #int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  #int64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }
}
