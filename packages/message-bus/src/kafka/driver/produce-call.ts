import type { Message, PartitionerArgs } from "kafkajs";
import type { TopicPartition } from "../kafka-driver.ts";

/** A message on its way through kafkajs, with the call that it belongs to. */
export interface OutgoingMessage extends Message {
  readonly call: ProduceCall;
}

/** The partitions of one call are led by more than one broker: they have to be sent in one call for each. */
export class LeadersDiffer extends Error {
  /** kafkajs reads this: `false` ends its retrying at once. */
  readonly retriable = false;
}

/**
 * One call of kafkajs's `send`, watched from inside by what kafkajs asks of its messages. It may not go to two brokers: when one of them fails while the
 * answer of the other is still due, kafkajs sends to both again, under new sequence numbers. And once it is ended, nothing of it may be written any
 * more, although kafkajs goes on trying.
 */
export class ProduceCall {
  readonly #leaders: Map<string, number>;
  readonly #seen = new Set<string>();
  #leader: number | undefined;
  #first: object | undefined;
  #encodings = 0;
  #end: Error | undefined;

  /** @param leaders where it is remembered who leads what, by {@link partitionName}. */
  constructor(leaders: Map<string, number>) {
    this.#leaders = leaders;
  }

  /** How often a request was made of it. Each of them may have reached a broker. */
  get encodings(): number {
    return this.#encodings;
  }

  end(): void {
    this.#end = Object.assign(new Error("the send is over"), { retriable: false });
  }

  /**
   * Watches the first message of the call: kafkajs reads its headers when it makes the request, after everything that it waits for.
   */
  watch(message: OutgoingMessage): void {
    const { headers } = message;
    Object.defineProperty(message, "headers", {
      enumerable: true,
      get: () => {
        this.#throwIfEnded();
        this.#encodings += 1;
        return headers;
      },
    });
    this.#first = message;
  }

  /** What kafkajs asks for the first message of each partition, if not for each message, at the beginning of each of its tries. */
  partitionOf({ topic, partitionMetadata, message }: PartitionerArgs): number {
    this.#throwIfEnded();
    const { partition } = message;
    if (partition === undefined) throw new Error("a message without a partition");
    if (message === this.#first) {
      this.#seen.clear();
      this.#leader = undefined;
    }
    const name = partitionName({ topic, partition });
    if (this.#seen.has(name)) return partition;
    this.#seen.add(name);
    for (const { partitionId, leader } of partitionMetadata) {
      this.#leaders.set(partitionName({ topic, partition: partitionId }), leader);
    }
    const leader = partitionMetadata.find(({ partitionId }) => partitionId === partition)?.leader;
    // kafkajs leaves out, without a word, what it knows no partition for.
    if (leader === undefined) throw new Error(`the topic has no partition ${partition} (yet)`);
    if (this.#leader !== undefined && this.#leader !== leader) throw new LeadersDiffer("leaders differ");
    this.#leader = leader;
    return partition;
  }

  #throwIfEnded(): void {
    if (this.#end !== undefined) throw this.#end;
  }
}

/** One text for a partition of a topic. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${partition}:${topic}`;
}
