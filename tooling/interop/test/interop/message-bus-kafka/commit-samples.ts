import { sleep } from "@wirekit/core/kit";
import { Kafka, logLevel } from "kafkajs";
import { patientKafkajs } from "../../../src/programs/patient-kafkajs.ts";
import { kafka } from "./broker.ts";
import { type GroupAccount, sharedClockMs } from "./group-account.ts";

/** What a group had committed by some time. */
interface Sample {
  readonly groupId: string;
  /** When the broker's answer was there. */
  readonly at: number;
  readonly offsets: readonly { readonly partition: number; readonly offset: number }[];
}

/**
 * Asks again and again what groups have committed, so that it can be held against what they had handled by
 * then.
 */
export class CommitSamples implements AsyncDisposable {
  readonly #samples: Sample[] = [];
  readonly #over = new AbortController();
  readonly #asking: Promise<void>;

  constructor(topic: string, groupIds: readonly string[]) {
    this.#asking = this.#ask(topic, groupIds);
  }

  get count(): number {
    return this.#samples.length;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#asking;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** What was committed before somebody of the group had handled it. */
  tooEarly(groupId: string, account: GroupAccount): readonly string[] {
    const faults: string[] = [];
    for (const sample of this.#samples.filter((one) => one.groupId === groupId))
      for (const { partition, offset } of sample.offsets) {
        const handledAt = account.handledUpTo(partition, offset);
        if (handledAt > sample.at)
          faults.push(`${partition}:${offset} was committed, and not all before it handled`);
      }
    return faults;
  }

  async #ask(topic: string, groupIds: readonly string[]): Promise<void> {
    const { addresses } = await kafka();
    const client = new Kafka({
      ...patientKafkajs,
      brokers: [addresses.plaintext],
      logLevel: logLevel.NOTHING,
    });
    while (!this.#over.signal.aborted) {
      const admin = client.admin({ retry: { retries: 0 } });
      try {
        await admin.connect();
        while (!this.#over.signal.aborted) {
          for (const groupId of groupIds) {
            const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
            const offsets = (committed?.partitions ?? []).map(({ partition, offset }) => {
              return { partition, offset: Number(offset) };
            });
            this.#samples.push({ groupId, at: sharedClockMs(), offsets });
          }
          await sleep(20);
        }
      } catch {
        // The broker is away: there is nothing to be learned from it.
        await sleep(100);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    }
  }
}
