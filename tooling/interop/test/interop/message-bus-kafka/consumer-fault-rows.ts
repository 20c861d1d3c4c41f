import { expect } from "@jest/globals";
import { startTypeScript } from "../../../src/programs/typescript-program.ts";
import { describePair } from "../../../src/rows/describe-pair.ts";
import { createTopic, kafka, openBus } from "./broker.ts";
import { CommitSamples } from "./commit-samples.ts";
import { GroupAccount, type Handling } from "./group-account.ts";
import { sharedBy } from "./group-members.ts";
import { referenceOf } from "./load.ts";
import { readLog, SendAccount } from "./send-account.ts";

const partitions = 6;
const keys = 40;
const atOnce = 50;
/** What waits in the topic whenever a consumer dies. */
const backlog = 400;
/** So many more are handled by each consumer before the next one dies. */
const perStage = 50;

export async function consumerFaultRows(): Promise<void> {
  const pair = { ours: "message-bus KafkaMessageBus", theirs: "kill -9", on: "Apache Kafka" };
  await describePair({ ...pair, needs: ["kafka", "python"] }, (row) => {
    row("ours <-> ours", "consumer processes die in the middle of it, others take over", async () => {
      await using bus = await openBus();
      const topic = await createTopic("killed", partitions);
      const groupId = `${topic}-group`;
      const account = new GroupAccount();
      const sends = new SendAccount();
      await using samples = new CommitSamples(topic, [groupId]);
      /** Whose end is no surprise. */
      const dead = new Set<string>();
      const room = (until: AbortSignal) =>
        account.until(() => until.aborted || sends.accepted - account.handledRecords < backlog);
      using sending = sends.start(bus, { topic, prefix: "k", keys, atOnce, room });

      const join = async (by: string) => {
        const program = startTypeScript(new URL("./consumer-process.ts", import.meta.url), {
          KAFKA: (await kafka()).addresses.plaintext,
          TOPIC: topic,
          GROUP: groupId,
        });
        const dies = () => dead.has(by) || account.fail(new Error(`${by} has ended by itself`));
        void program.ended.then(dies);
        program.on("handled", (value) => account.handled({ by, ...(value as Omit<Handling, "by">) }));
        return program;
      };
      const stage = async (...members: readonly string[]) => {
        await sharedBy(members.length, { topic, groupId, partitions });
        const goals = members.map((member) => ({ member, goal: account.countOf(member) + perStage }));
        await account.until(() => goals.every(({ member, goal }) => account.countOf(member) >= goal));
      };
      await using first = await join("first");
      await using second = await join("second");
      await using third = await join("third");
      await stage("first", "second", "third");
      dead.add("first");
      await first.kill();
      await stage("second", "third");
      await using fourth = await join("fourth");
      await stage("second", "third", "fourth");
      dead.add("second").add("third");
      await Promise.all([second, third].map((program) => program.kill()));
      await stage("fourth");
      await sending.stop();
      const log = await readLog(topic);
      await account.until(() => account.handledRecords >= log.length);
      dead.add("fourth");
      await fourth.ask("leave");
      await samples.stop();

      for (const { partition, offset, value } of log) account.sent(referenceOf(value), { partition, offset });
      expect(sends.faultsOf(log)).toEqual([]);
      expect(sends.delivered.size).toBe(sends.accepted);
      expect(account.skipped()).toEqual([]);
      expect(account.disorder()).toEqual([]);
      expect(samples.tooEarly(groupId, account)).toEqual([]);
      expect(samples.count).toBeGreaterThan(0);
      // Whoever was not killed has committed what it had handled before it let go of it.
      const twice = account.twice();
      expect(twice.length).toBeGreaterThan(0);
      const firstBy = new Set(twice.map(([handling]) => handling?.by));
      expect(["first", "second", "third"]).toEqual(expect.arrayContaining([...firstBy]));
      for (const { lag } of await bus.lag({ target: topic, groupId })) expect(lag).toBe(0n);
      return {
        sent: log.length,
        killed: 3,
        "handled twice": twice.length,
        "commits looked at": samples.count,
      };
    });
  });
}
