import { UnconfirmedError } from "@wirekit/core";
import type { KafkaMessageBus } from "@wirekit/message-bus";
import { startPeer, withAdmin } from "./broker.ts";
import type { Place, ReadRecord } from "./foreign-clients.ts";
import { loadMessage, numberedReferences, referenceOf } from "./load.ts";

/** What is sent, and how fast. */
export interface Load {
  readonly topic: string;
  /** What keys begin with. */
  readonly prefix: string;
  readonly keys: number;
  readonly atOnce: number;
  /** Resolves when there may be more; default: at once. */
  readonly room?: (over: AbortSignal) => Promise<void>;
}

/** Senders at work. */
export interface Sending extends Disposable {
  /** Resolves when all that was sent has its outcome. */
  stop(): Promise<void>;
}

/** What senders were told of their messages. */
export class SendAccount {
  readonly delivered = new Map<string, Place>();
  readonly unconfirmed = new Set<string>();
  /** With the error. */
  readonly notSent = new Map<string, unknown>();
  #accepted = 0;

  get accepted(): number {
    return this.#accepted;
  }

  /** Sends one message, and writes down what becomes of it. */
  async send(bus: KafkaMessageBus, target: string, key: string, reference: string): Promise<void> {
    this.#accepted += 1;
    try {
      this.delivered.set(reference, await bus.sendMessage(loadMessage(reference), { target, key }));
    } catch (error) {
      if (error instanceof UnconfirmedError) this.unconfirmed.add(reference);
      else this.notSent.set(reference, error);
    }
  }

  /** Sends with so many calls under way at a time, until it is stopped. */
  start(bus: KafkaMessageBus, { topic, prefix, keys, atOnce, room }: Load): Sending {
    const over = new AbortController();
    const next = numberedReferences(keys, prefix);
    const sender = async () => {
      while (!over.signal.aborted) {
        const { key, reference } = next();
        await this.send(bus, topic, key, reference);
        await room?.(over.signal);
      }
    };
    const all = Promise.all(Array.from({ length: atOnce }, sender));
    all.catch(() => undefined);
    return {
      stop: async () => {
        over.abort();
        await all;
      },
      [Symbol.dispose]: () => over.abort(),
    };
  }

  /** Where the log is not what the senders were told, and where a key is not in its order. */
  faultsOf(log: readonly ReadRecord[]): readonly string[] {
    const faults: string[] = [];
    const seen = new Map<string, ReadRecord>();
    for (const record of log) {
      const reference = referenceOf(record.value);
      if (seen.has(reference)) faults.push(`${reference} was written twice`);
      if (this.notSent.has(reference)) faults.push(`${reference} was written, though it was said not to be`);
      seen.set(reference, record);
    }
    for (const [reference, { partition, offset }] of this.delivered) {
      const found = seen.get(reference);
      if (found?.partition !== partition || found.offset !== offset) faults.push(`${reference} was lost`);
    }
    const told = this.delivered.size + this.unconfirmed.size + this.notSent.size;
    if (told !== this.#accepted) faults.push(`${this.#accepted} were accepted, and ${told} accounted for`);
    return [...faults, ...disorderIn(log)];
  }
}

function disorderIn(log: readonly ReadRecord[]): string[] {
  const faults: string[] = [];
  const last = new Map<string, number>();
  for (const { value } of log) {
    const [key = "", number] = referenceOf(value).split("#");
    const before = last.get(key) ?? -1;
    if (Number(number) <= before) faults.push(`${key}#${number} stands behind #${before}`);
    last.set(key, Number(number));
  }
  return faults;
}

/** All that is in a topic, by a client of somebody else's; by offset in each partition. */
export async function readLog(topic: string): Promise<readonly ReadRecord[]> {
  const ends = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
  const count = ends.reduce((sum, { high }) => sum + Number(high), 0);
  await using reader = await startPeer("confluent_peer.py");
  const log = await reader.ask<readonly ReadRecord[]>("consume", { topic, count });
  if (log.length !== count) throw new Error(`${log.length} of ${count} records were read`);
  return [...log].sort((one, other) => one.partition - other.partition || one.offset - other.offset);
}
