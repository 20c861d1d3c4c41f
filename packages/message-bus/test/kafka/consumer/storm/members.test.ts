import { expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import type { KafkaDelivery } from "../../../../src/kafka/consumer/kafka-delivery.ts";
import { broker, committed, consume, produce, until } from "../support.ts";

const rounds = scale({ small: 8, full: 30 });
const partitions = 6;
const perRound = 60;

it(`real members that come, go and are thrown out lose nothing and keep the order of keys (${rounds} rounds)`, async () => {
  const kafka = await broker({ topics: { payments: partitions }, nodes: 2 });
  const handled = new Map<string, number>();
  const lastOfKey = new Map<string, number>();
  const overtaken: string[] = [];
  const running = new Set<string>();
  let written = 0;
  let started = 0;

  const write = async () => {
    const records = Array.from({ length: perRound }, (_, index) => {
      const key = `k${index % 20}`;
      return { key, value: String(written + index), partition: (index % 20) % partitions };
    });
    written += perRound;
    await produce(kafka, records);
  };

  const start = () => {
    const process = started++;
    return consume(
      kafka,
      async (delivery: KafkaDelivery) => {
        const key = delivery.received.key ?? "";
        const line = `${process} ${key}`;
        if (running.has(line)) overtaken.push(`two of ${line} ran at once`);
        running.add(line);
        await new Promise((resolve) => setTimeout(resolve, Number(delivery.body) % 5));
        running.delete(line);
        handled.set(delivery.body, (handled.get(delivery.body) ?? 0) + 1);
        // What comes again goes back to what was committed, never past something that nobody has handled.
        const value = Number(delivery.body);
        const before = value - 20;
        if (before >= 0 && value % perRound >= 20 && !handled.has(String(before)))
          overtaken.push(`${value} overtook ${before}`);
        lastOfKey.set(key, value);
      },
      { clientId: `member-${process}`, member: { sessionTimeoutMs: 2_000, rebalanceTimeoutMs: 2_000 } },
    );
  };

  const live = [start(), start()];
  const isCaughtUp = () => handled.size === written;
  for (let round = 0; round < rounds; round += 1) {
    await write();
    const act = round % 6;
    if (act === 0) live.push(start());
    if (act === 1) kafka.rebalance("group");
    if (act === 2) kafka.dropConnections();
    if (act === 3) await live.shift()?.consumer.close({ timeoutMs: 2_000 });
    if (act === 4) kafka.moveCoordinator({ groupId: "group" });
    const [member] = kafka.group("group")?.members ?? [];
    if (act === 5 && member !== undefined)
      kafka.expireMember({ groupId: "group", memberId: member.memberId });
    await write();
    // Some of it happens while the group is in the middle of it, some after that.
    await until(() => (round % 2 === 0 ? isCaughtUp() : handled.size > written - perRound));
  }
  await until(isCaughtUp);
  for (let partition = 0; partition < partitions; partition += 1) {
    const ofPartition = Array.from({ length: perRound }, (_, index) => index % 20).filter(
      (key) => key % partitions === partition,
    ).length;
    await until(async () => (await committed(kafka, { partition })) === (ofPartition * written) / perRound);
  }
  expect(overtaken).toEqual([]);
  expect(handled.size).toBe(written);
});
