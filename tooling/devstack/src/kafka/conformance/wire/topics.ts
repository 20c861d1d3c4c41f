import { errorName } from "../../errors.ts";
import { RawClient, type RequestBody } from "../raw-client.ts";
import type { TranscriptWriter } from "../transcript.ts";
import { settled } from "./settled.ts";

type WantedTopic = RequestBody<"CreateTopics">["topics"][number];

/** Making topics, asking for them and taking them away. */
export async function topicsScript(address: string, log: TranscriptWriter): Promise<void> {
  const client = await RawClient.open(address);
  const plain = { partitionCount: 2, replicationFactor: 1, assignments: [], configs: [] };
  const wanted: Readonly<Record<string, WantedTopic>> = {
    "a topic": { ...plain, name: log.name("topics") },
    "the same topic again": { ...plain, name: log.name("topics") },
    "a name with a blank": { ...plain, name: "not a name" },
    "an empty name": { ...plain, name: "" },
    "a name too long": { ...plain, name: "n".repeat(250) },
    "no partitions": { ...plain, name: log.name("none"), partitionCount: 0 },
    "fewer than no partitions": { ...plain, name: log.name("fewer"), partitionCount: -2 },
    "the broker's number of partitions": { ...plain, name: log.name("default"), partitionCount: -1 },
    "far too many partitions": { ...plain, name: log.name("many"), partitionCount: 2_000_000_000 },
    "more replicas than nodes": { ...plain, name: log.name("replicas"), replicationFactor: 9 },
    "no replicas": { ...plain, name: log.name("no-replicas"), replicationFactor: 0 },
    "placed on a node that is not there": {
      ...plain,
      name: log.name("placed"),
      partitionCount: -1,
      replicationFactor: -1,
      assignments: [{ index: 0, nodeIds: [77] }],
    },
    "placed by hand": {
      ...plain,
      name: log.name("by-hand"),
      partitionCount: -1,
      replicationFactor: -1,
      assignments: [{ index: 0, nodeIds: [1] }],
    },
    "placed and counted": { ...plain, name: log.name("both"), assignments: [{ index: 0, nodeIds: [1] }] },
  };
  for (const [step, topic] of Object.entries(wanted)) {
    const created = await client.request("CreateTopics", 3, { topics: [topic], timeoutMs: 10_000 });
    log.note(`create: ${step}`, codes(created));
  }
  const twice = [{ ...plain, name: log.name("twice") }];
  log.note(
    "create: twice in one request",
    codes(await client.request("CreateTopics", 3, { topics: [...twice, ...twice], timeoutMs: 10_000 })),
  );
  const only = {
    topics: [{ ...plain, name: log.name("only-checked") }],
    timeoutMs: 10_000,
    validateOnly: true,
  };
  log.note("create: only checked", codes(await client.request("CreateTopics", 3, only)));

  const ask = async (name: string, allowAutoTopicCreation: boolean) => {
    const answer = await client.request("Metadata", 6, { topics: [name], allowAutoTopicCreation });
    if (answer === "closed") return answer;
    return answer.topics.map((topic) => ({ ...topic, partitions: topic.partitions.toSorted(byIndex) }));
  };
  await settled(
    () => ask(log.name("topics"), false),
    (topics) => topics[0]?.partitions.length === 2,
  );
  log.note("metadata: a topic", await ask(log.name("topics"), false));
  log.note("metadata: a topic that was only checked", await ask(log.name("only-checked"), false));
  log.note("metadata: a name with a blank", await ask("not a name", true));
  log.note("metadata: a topic that is made on the way", await ask(log.name("auto"), true));
  await settled(
    () => ask(log.name("auto"), false),
    (topics) => topics[0]?.errorCode === 0,
  );
  log.note("metadata: that topic a little later", await ask(log.name("auto"), false));
  const none = await client.request("Metadata", 1, { topics: [] });
  log.note("metadata: no topic", none === "closed" ? none : none.topics);
  for (const version of [0, 1] as const) {
    const all = await client.request("Metadata", version, { topics: version === 0 ? [] : null });
    const names = all === "closed" ? [] : all.topics.map(({ name }) => name);
    log.note(`metadata: all topics in version ${version}`, names.includes(log.name("topics")));
  }

  const names = [log.name("topics"), log.name("never-there")];
  const deleted = await client.request("DeleteTopics", 1, { topicNames: names, timeoutMs: 10_000 });
  log.note("delete: a topic and one that is not there", codes(deleted));
  await settled(
    () => ask(log.name("topics"), false),
    (topics) => topics[0]?.errorCode !== 0,
  );
  log.note("metadata: a topic that is gone", await ask(log.name("topics"), false));
  client.close();
}

/** The words of an error message are each broker's own, and so is the order. */
function codes(
  answer: { readonly topics: readonly { readonly name: string; readonly errorCode: number }[] } | "closed",
): unknown {
  return answer === "closed" ? answer : answer.topics.map(({ errorCode }) => errorName(errorCode)).sort();
}

function byIndex(left: { readonly index: number }, right: { readonly index: number }): number {
  return left.index - right.index;
}
