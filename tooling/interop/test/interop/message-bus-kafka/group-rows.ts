import { expect } from "@jest/globals";
import type { KafkaMessageBus } from "@wirekit/message-bus";
import { describePair } from "../../../src/rows/describe-pair.ts";
import type { Counts } from "../../../src/rows/row.ts";
import { createTopic, openBus } from "./broker.ts";
import { GroupAccount } from "./group-account.ts";
import {
  type AssignorName,
  confluentMember,
  type ForeignMember,
  javaMember,
  joinOurs,
  kafkaPythonMember,
  type Membership,
  sharedBy,
} from "./group-members.ts";
import { loadMessage, numberedReferences } from "./load.ts";

const partitions = 6;
const keys = 40;
/** What waits in the topic whenever the group changes. */
const backlog = 100;
/** So many more are handled by each member before the group changes again. */
const perStage = 40;
/** What two members are given. */
const shares = {
  range: [
    [0, 1, 2],
    [3, 4, 5],
  ],
  roundrobin: [
    [0, 2, 4],
    [1, 3, 5],
  ],
} as const;

export async function groupRows(): Promise<void> {
  for (const theirs of [kafkaPythonMember, confluentMember, javaMember])
    await describePair(
      { ours: "message-bus KafkaMessageBus", theirs: theirs.name, on: "Apache Kafka", needs: theirs.needs },
      (row) => {
        for (const assignor of ["range", "roundrobin"] as const)
          row("ours <-> theirs", `one group by ${assignor}, members come and go under load`, () =>
            shareGroup(theirs, assignor),
          );
      },
    );
}

/** Ours leads, theirs comes, ours goes; then theirs leads, ours comes, theirs goes. */
async function shareGroup(theirs: ForeignMember, assignor: AssignorName): Promise<Counts> {
  await using bus = await openBus();
  const topic = await createTopic("shared", partitions);
  const groupId = `${topic}-group`;
  const account = new GroupAccount();
  const membership = (by: string): Membership => {
    return { by, topic, groupId, assignor, account };
  };
  const over = new AbortController();
  const pumping = pump(bus, topic, account, over.signal);
  pumping.catch(() => undefined);
  const stage = async (...members: string[]) => {
    const group = await sharedBy(members.length, { topic, groupId, partitions });
    if (members.length === 2) expect(group).toEqual({ assignor, shares: shares[assignor] });
    const goals = members.map((member) => ({ member, goal: account.countOf(member) + perStage }));
    await account.until(() => goals.every(({ member, goal }) => account.countOf(member) >= goal));
  };

  await using first = await joinOurs(membership("first"));
  await stage("first");
  await using foreign = await theirs.join(membership("foreign"));
  await stage("first", "foreign");
  // Ours has shared out, by the assignor of that name; then theirs.
  expect(first.isLeader()).toBe(true);
  await first.leave();
  await stage("foreign");
  await using second = await joinOurs(membership("second"));
  await stage("foreign", "second");
  expect(second.isLeader()).toBe(false);
  await foreign.leave();
  await stage("second");
  over.abort();
  const sent = await pumping;
  await account.until(() => account.handledRecords === sent);
  await second.leave();

  expect(account.skipped()).toEqual([]);
  expect(account.disorder()).toEqual([]);
  for (const { lag } of await bus.lag({ target: topic, groupId })) expect(lag).toBe(0n);
  expect(account.twice()).toEqual([]);
  const [ours, others] = [account.countOf("first") + account.countOf("second"), account.countOf("foreign")];
  return { sent, "by ours": ours, "by theirs": others, twice: account.twice().length, "hand-overs": 4 };
}

/**
 * Sends as long as it is wanted, and so much that there is always something to be handled. Resolves with how
 * many.
 */
async function pump(
  bus: KafkaMessageBus,
  topic: string,
  account: GroupAccount,
  until: AbortSignal,
): Promise<number> {
  const next = numberedReferences(keys);
  let sent = 0;
  while (!until.aborted) {
    await account.until(() => until.aborted || sent - account.handledRecords < backlog);
    const batch = Array.from({ length: 20 }, next);
    const receipts = await Promise.all(
      batch.map(({ key, reference }) => bus.sendMessage(loadMessage(reference), { target: topic, key })),
    );
    for (const [index, receipt] of receipts.entries()) account.sent(batch[index]?.reference ?? "", receipt);
    sent += receipts.length;
  }
  return sent;
}
