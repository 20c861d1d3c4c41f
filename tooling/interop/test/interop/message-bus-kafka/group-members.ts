import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { sleep } from "@wirekit/core/kit";
import { kafkaConsoleTools } from "@wirekit/servers";
import { AssignerProtocol } from "kafkajs";
import type { Pair } from "../../../src/rows/describe-pair.ts";
import { kafka, openBus, plaintext, startPeer, withAdmin } from "./broker.ts";
import { consoleRecord, printAll, type ReadRecord } from "./foreign-clients.ts";
import { type GroupAccount, sharedClockMs } from "./group-account.ts";
import { referenceOf } from "./load.ts";

export type AssignorName = "range" | "roundrobin";

/** Which group a member joins, and how. */
export interface Membership {
  /** What it is called in the account. */
  readonly by: string;
  readonly topic: string;
  readonly groupId: string;
  readonly assignor: AssignorName;
  readonly account: GroupAccount;
}

/** A member of a group that handles what it reads, until it leaves. */
export interface Member extends AsyncDisposable {
  /** In order: what it has handled is committed before. */
  leave(): Promise<void>;
}

/** A kind of member that is not ours. */
export interface ForeignMember {
  readonly name: string;
  readonly needs: Pair["needs"];
  join(membership: Membership): Promise<Member>;
}

/** A member of ours, which can say whether it is the one that shares the partitions out. */
export interface OurMember extends Member {
  isLeader(): boolean;
}

export async function joinOurs({ by, topic, groupId, assignor, account }: Membership): Promise<OurMember> {
  const bus = await openBus(plaintext, { assignors: [assignor], consumerId: by });
  const consumer = bus.consume({ target: topic, groupId }, async (_message, { received }) => {
    // A little work, so that there is something under way whenever the group changes.
    await sleep(1);
    const [, partition, offset] = received.receiptHandle.split(":");
    const reference = referenceOf(received.raw);
    account.handled({
      by,
      partition: Number(partition),
      offset: Number(offset),
      reference,
      at: sharedClockMs(),
    });
  });
  consumer.closed.catch((error: Error) => account.fail(error));
  const leave = async () => {
    await consumer.close();
    await consumer.closed;
    await bus.close();
  };
  return {
    leave,
    isLeader: () => bus.health().groups.some((group) => group.isLeader),
    [Symbol.asyncDispose]: async () => void (await bus.close({ timeoutMs: 1_000 })),
  };
}

function inPython(name: string, file: string): ForeignMember {
  return {
    name,
    needs: ["kafka", "python"],
    join: async ({ by, topic, groupId, assignor, account }) => {
      const peer = await startPeer(file);
      peer.on("handled", (value) => {
        const { partition, offset, value: text, at } = value as ReadRecord & { readonly at: number };
        account.handled({ by, partition, offset, reference: referenceOf(text), at });
      });
      peer.on("failed", (why) => account.fail(new Error(`${name}: ${why}`)));
      await peer.ask("join", { topic, group: groupId, assignor });
      const leave = async () => {
        await peer.ask("leave");
        await peer.close();
      };
      return { leave, [Symbol.asyncDispose]: () => peer.kill() };
    },
  };
}

export const kafkaPythonMember = inPython("kafka-python", "kafka_python_peer.py");
export const confluentMember = inPython("confluent-kafka (librdkafka)", "confluent_peer.py");

const javaAssignors = { range: "RangeAssignor", roundrobin: "RoundRobinAssignor" };

/** Commits by itself, from time to time and before it lets partitions go. */
export const javaMember: ForeignMember = {
  name: "Java's console consumer",
  needs: ["kafka", "java"],
  join: async ({ by, topic, groupId, assignor, account }) => {
    const { consumer } = await kafkaConsoleTools();
    const properties = [
      `partition.assignment.strategy=org.apache.kafka.clients.consumer.${javaAssignors[assignor]}`,
      ...["heartbeat.interval.ms=300", "auto.commit.interval.ms=100", "auto.offset.reset=earliest"],
    ].flatMap((property) => ["--consumer-property", property]);
    const to = ["--bootstrap-server", (await kafka()).addresses.plaintext, "--topic", topic];
    const { command, args } = consumer([...to, "--group", groupId, ...properties, ...printAll]);
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(child, "close");
    let isLeaving = false;
    void ended.then(() => isLeaving || account.fail(new Error("the console consumer has ended by itself")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { partition, offset, value } = consoleRecord(line);
      account.handled({ by, partition, offset, reference: referenceOf(value) });
    });
    const leave = async () => {
      isLeaving = true;
      child.kill("SIGTERM");
      await ended;
    };
    return {
      leave,
      [Symbol.asyncDispose]: async () => {
        isLeaving = true;
        child.kill("SIGKILL");
        await ended;
      },
    };
  },
};

/** Longer than any of this takes: a row that fails must still end. */
const shareLimitMs = 240_000;

/**
 * Resolves when so many members share the partitions of the topic out, and says by which assignor, and to
 * whom.
 */
export async function sharedBy(
  members: number,
  {
    topic,
    groupId,
    partitions,
  }: { readonly topic: string; readonly groupId: string; readonly partitions: number },
): Promise<{ readonly assignor: string; readonly shares: readonly (readonly number[])[] }> {
  return withAdmin(async (admin) => {
    const endsAt = performance.now() + shareLimitMs;
    while (performance.now() < endsAt) {
      const [group] = (await admin.describeGroups([groupId])).groups;
      const shares = (group?.members ?? []).map(({ memberAssignment }) => {
        const assigned = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic];
        return [...(assigned ?? [])].sort((one, other) => one - other);
      });
      const isWhole = group?.state === "Stable" && shares.flat().length === partitions;
      if (isWhole && shares.length === members) {
        return { assignor: group.protocol, shares: shares.sort(([one = 0], [other = 0]) => one - other) };
      }
      await sleep(50);
    }
    throw new Error(`${groupId} was not shared by ${members} members within ${shareLimitMs} ms`);
  });
}
