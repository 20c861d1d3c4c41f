import { expect } from "@jest/globals";
import { until } from "@wirekit/core/testing";
import { describePair } from "../../../src/rows/describe-pair.ts";
import { createTopic, kafka, openBus, plaintext } from "./broker.ts";
import { CommitSamples } from "./commit-samples.ts";
import { GroupAccount } from "./group-account.ts";
import { joinOurs } from "./group-members.ts";
import { referenceOf } from "./load.ts";
import { readLog, SendAccount } from "./send-account.ts";

const partitions = 6;
const keys = 25;
const atOnce = 50;
/** What waits for its consumers. */
const backlog = 300;
/** So many are sent and handled before something happens, and after it. */
const perStage = 300;
/** The longest that a stage may take, with its faults. */
const patienceMs = 300_000;

export async function brokerFaultRows(): Promise<void> {
  const pair = { ours: "message-bus KafkaMessageBus", theirs: "a broker that dies", on: "Apache Kafka" };
  await describePair({ ...pair, needs: ["kafka", "python"] }, (row) => {
    row("ours <-> ours", "killed and restarted twice, under producers and groups", async () => {
      const server = await kafka();
      const topic = await createTopic("restarted", partitions);
      const sends = new SendAccount();
      const groups = ["one-member", "two-members"].map((name) => {
        return { groupId: `${topic}-${name}`, account: new GroupAccount() };
      });
      const groupIds = groups.map(({ groupId }) => groupId);
      await using samples = new CommitSamples(topic, groupIds);
      const join = (group: number, by: string) => {
        const { groupId, account } = groups[group] as (typeof groups)[number];
        return joinOurs({ by, topic, groupId, assignor: "range", account });
      };
      await using one = await openBus();
      await using other = await openBus();
      await using alone = await join(0, "alone");
      await using first = await join(1, "first");
      await using second = await join(1, "second");
      const room = async (until: AbortSignal) => {
        const isRoom = (account: GroupAccount) => sends.accepted - account.handledRecords < backlog;
        for (const { account } of groups) await account.until(() => until.aborted || isRoom(account));
      };
      using sendingOne = sends.start(one, { topic, prefix: "a", keys, atOnce, room });
      using sendingOther = sends.start(other, { topic, prefix: "b", keys, atOnce, room });

      const goOn = () =>
        Promise.all(
          groups.map(({ account }) => {
            const goal = account.handledRecords + perStage;
            return account.until(() => account.handledRecords >= goal);
          }),
        );
      await goOn();
      for (const _ of [1, 2]) {
        await server.restart({ signal: "SIGKILL" });
        await goOn();
      }
      await Promise.all([sendingOne.stop(), sendingOther.stop()]);
      const log = await readLog(topic);
      expect(sends.faultsOf(log)).toEqual([]);
      // There was time enough for each of them.
      expect([...sends.unconfirmed, ...sends.notSent]).toEqual([]);
      for (const { account } of groups) await account.until(() => account.handledRecords >= log.length);
      for (const member of [alone, first, second]) await member.leave();
      await samples.stop();
      for (const { groupId, account } of groups) {
        for (const { partition, offset, value } of log)
          account.sent(referenceOf(value), { partition, offset });
        expect(account.skipped()).toEqual([]);
        expect(account.disorder()).toEqual([]);
        expect(samples.tooEarly(groupId, account)).toEqual([]);
      }
      expect(samples.count).toBeGreaterThan(0);
      const twice = groups.map(({ account }) => account.twice().length);
      return {
        accepted: sends.accepted,
        delivered: sends.delivered.size,
        "handled twice": twice.reduce((sum, count) => sum + count),
        "commits looked at": samples.count,
      };
    });

    row(
      "ours <-> ours",
      "away for longer than a delivery may take: each message is accounted for",
      async () => {
        const server = await kafka();
        const topic = await createTopic("away", partitions);
        const sends = new SendAccount();
        await using bus = await openBus(plaintext, { deliveryTimeoutMs: 2_000, requestTimeoutMs: 1_000 });
        using sending = sends.start(bus, { topic, prefix: "k", keys, atOnce });
        await until(() => sends.delivered.size >= perStage, { timeoutMs: patienceMs });
        await server.kill();
        await until(() => sends.unconfirmed.size + sends.notSent.size >= atOnce, { timeoutMs: patienceMs });
        await server.restart();
        const delivered = sends.delivered.size;
        await until(() => sends.delivered.size >= delivered + perStage, { timeoutMs: patienceMs });
        await sending.stop();
        const log = await readLog(topic);
        expect(sends.faultsOf(log)).toEqual([]);
        for (const error of sends.notSent.values()) expect(error).toMatchObject({ retryable: true });
        return {
          accepted: sends.accepted,
          delivered: sends.delivered.size,
          unconfirmed: sends.unconfirmed.size,
          "not sent": sends.notSent.size,
          "in the log": log.length,
        };
      },
    );
  });
}
