import { expect, it, jest } from "@jest/globals";
import { type Random, silentLogger } from "@wirekit/core";
import { type Consumer, createConsumer } from "@wirekit/core/inbound";
import { ManualClock } from "@wirekit/core/testing";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import type { KafkaDelivery } from "../../../../src/kafka/consumer/kafka-delivery.ts";
import { KafkaSource } from "../../../../src/kafka/consumer/kafka-source.ts";
import { memberOptions } from "../support.ts";
import { Account } from "./account.ts";
import { ModelGroup, ModelMember } from "./model-group.ts";

const runs = scale({ small: 4, full: 60 });
const hours = scale({ small: 2, full: 6 });
const minuteMs = 60_000;
const fetchBytes = 4_000;
const maxBufferedBytes = 60_000;

jest.setTimeout(scale({ small: 240_000, full: 1_200_000 }));

/** One process with a consumer in it. */
interface Process {
  readonly consumer: Consumer<KafkaDelivery, string>;
  readonly source: KafkaSource;
  readonly member: ModelMember;
}

/** A generator whose numbers depend on its seed alone. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Storm {
  readonly clock = new ManualClock();
  readonly random: Random;
  readonly group: ModelGroup;
  readonly account: Account;
  readonly #partitions: number;
  readonly #live: Process[] = [];
  #processes = 0;
  #records = 0;

  constructor(seed: number, partitions: number) {
    this.random = seeded(seed);
    this.#partitions = partitions;
    this.group = new ModelGroup({
      topic: "payments",
      partitions,
      clock: this.clock,
      random: this.random,
      onCommit: (commit) => this.account.committed(commit),
    });
    this.account = new Account((partition) => this.group.logs[partition] ?? []);
  }

  async run(durationMs: number): Promise<void> {
    const untilMs = this.clock.monotonic() + durationMs;
    while (this.clock.monotonic() < untilMs) {
      this.#happen();
      for (const pauseMs of [500, 2_000, this.random() * 2 * minuteMs]) {
        await this.clock.advance(pauseMs);
        this.#checkBounds();
      }
    }
    await this.#comeToAnEnd();
  }

  #happen(): void {
    // Now and then more than anybody may hold.
    const most = this.random() < 0.05 ? 800 : 30;
    for (let count = Math.floor(this.random() * most); count > 0; count -= 1) {
      const key = this.random() < 0.2 ? undefined : `k${Math.floor(this.random() * 6)}`;
      this.group.append(
        Math.floor(this.random() * this.#partitions),
        key,
        `${this.#records++}`.padEnd(80, "."),
      );
    }
    const dice = this.random();
    const victim = this.#live[Math.floor(this.random() * this.#live.length)];
    if (this.#live.length < 10 && (dice < 0.35 || victim === undefined)) this.#live.push(this.#start());
    else if (victim === undefined) return;
    else if (dice < 0.5) this.#end(victim, () => void victim.consumer.close({ timeoutMs: 10_000 }));
    else if (dice < 0.6) this.#end(victim, () => void victim.member.die());
    else if (dice < 0.7) void victim.member.expire();
    else if (dice < 0.8) this.group.rebalance();
  }

  #end(process: Process, how: () => void): void {
    this.#live.splice(this.#live.indexOf(process), 1);
    how();
  }

  #start(): Process {
    const process = this.#processes++;
    const member = new ModelMember(this.group);
    const source = new KafkaSource({
      driver: { openMember: () => member },
      member: memberOptions({ maxBytesPerPartition: fetchBytes }),
      maxBufferedBytes,
      clock: this.clock,
      random: this.random,
      logger: silentLogger,
    });
    const consumer = createConsumer<KafkaDelivery, string>(
      {
        source,
        concurrency: 8,
        capacity: Number.POSITIVE_INFINITY,
        decode: ({ body }) => body,
        retry: { maxAttempts: 3 },
        deadLetter: {
          sink: async ({ delivery }) => {
            const by = { process, generation: member.generation };
            await this.group.pause(50);
            if (this.random() < 0.2) throw new Error("the sink has no luck either");
            if (!member.isDead) this.account.done(by, recordOf(delivery));
          },
        },
        clock: this.clock,
        random: this.random,
        logger: silentLogger,
      },
      async (_, { delivery }) => {
        // What a process that is gone would still have done is no part of the account.
        if (member.isDead) return new Promise(() => undefined);
        const by = { process, generation: member.generation };
        const record = recordOf(delivery);
        this.account.started(by, record);
        await this.#work();
        if (member.isDead) return new Promise(() => undefined);
        this.account.stopped(by, record);
        if (this.random() < 0.1) throw new Error("no luck");
        this.account.done(by, record);
      },
    );
    return { consumer, source, member };
  }

  /** Some take longer than any grace, and none looks at its signal. */
  #work(): Promise<void> {
    const dice = this.random();
    const mostMs = dice < 0.02 ? 50_000 : dice < 0.3 ? 500 : 5;
    return this.group.pause(mostMs);
  }

  #checkBounds(): void {
    for (const { source } of this.#live) {
      const { bufferedBytes, partitions } = source.details();
      // A batch of the model is 20 records at most, each of 80 bytes, its key and what it counts for besides.
      const bound = maxBufferedBytes + partitions.length * 20 * 350;
      if (bufferedBytes > bound)
        this.account.violations.push(`${bufferedBytes} bytes held, ${bound} allowed`);
    }
  }

  async #comeToAnEnd(): Promise<void> {
    if (this.#live.length === 0) this.#live.push(this.#start());
    for (let minutes = 0; minutes < 24 * 60 && !this.group.isDone; minutes += 1)
      await this.clock.advance(minuteMs);
    const ends = Promise.all(this.#live.map(({ consumer }) => consumer.close({ timeoutMs: 10_000 })));
    await this.clock.advance(10 * minuteMs);
    await ends;
  }
}

function recordOf({ record, received }: KafkaDelivery) {
  return { partition: record.partition, offset: record.offset, key: received.key };
}

it(`ten members that come and go for ${hours} hours handle every record, in order, and commit nothing that is not done (${runs} runs)`, async () => {
  let rebalances = 0;
  let starts = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 12 }), async (seed, partitions) => {
      const storm = new Storm(seed, partitions);
      await storm.run(hours * 60 * minuteMs);
      const { account, group } = storm;
      expect(account.violations).toEqual([]);
      expect(group.isDone).toBe(true);
      const written = group.logs.flatMap((log, partition) =>
        log.map(({ offset }) => `${partition}:${offset}`),
      );
      expect(written.filter((id) => !account.handled.has(id))).toEqual([]);
      rebalances += group.generation;
      starts += account.starts;
    }),
    { numRuns: runs },
  );
  // Or it was no storm.
  expect(rebalances).toBeGreaterThan(runs * hours * 10);
  expect(starts).toBeGreaterThan(runs * 100);
});
