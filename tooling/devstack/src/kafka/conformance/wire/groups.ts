import { Writer } from "@platformatic/kafka";
import { RawClient, type RequestBody, type ResponseBody } from "../raw-client.ts";
import type { TranscriptWriter } from "../transcript.ts";
import { makeTopic, settled } from "./settled.ts";

type Answered<T> = Exclude<T, "closed">;
type Joined = ResponseBody<"JoinGroup">;

/** One consumer, as far as its group is concerned: a connection and what it was told there. */
class Member {
  readonly #client: RawClient;
  readonly #groupId: string;
  readonly #groupInstanceId: string | null;
  memberId = "";
  generationId = -1;

  constructor(client: RawClient, groupId: string, groupInstanceId: string | null = null) {
    this.#client = client;
    this.#groupId = groupId;
    this.#groupInstanceId = groupInstanceId;
  }

  async join(request: Partial<RequestBody<"JoinGroup">> = {}, version = 5): Promise<Joined> {
    const joined = answered(
      await this.#client.request("JoinGroup", version, {
        groupId: this.#groupId,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 20_000,
        memberId: this.memberId,
        groupInstanceId: this.#groupInstanceId,
        protocolType: "consumer",
        protocols: [{ name: "range", metadata: subscription("topic") }],
        ...request,
      }),
    );
    if (joined.memberId !== "") this.memberId = joined.memberId;
    if (joined.generationId >= 0) this.generationId = joined.generationId;
    return joined;
  }

  /** Gets an id and joins with it. */
  async joinAsNew(): Promise<Joined> {
    await this.join();
    return this.join();
  }

  async sync(
    assignments: Readonly<Record<string, string>> = {},
    request: Partial<RequestBody<"SyncGroup">> = {},
  ) {
    const entries = Object.entries(assignments);
    return answered(
      await this.#client.request("SyncGroup", 3, {
        ...this.#identity(),
        assignments: entries.map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text) })),
        ...request,
      }),
    );
  }

  async heartbeat(request: Partial<RequestBody<"Heartbeat">> = {}) {
    return answered(await this.#client.request("Heartbeat", 3, { ...this.#identity(), ...request }));
  }

  async leave(members = [{ memberId: this.memberId, groupInstanceId: this.#groupInstanceId }]) {
    return answered(await this.#client.request("LeaveGroup", 3, { groupId: this.#groupId, members }));
  }

  async commit(
    topic: string,
    offset: bigint,
    request: Partial<RequestBody<"OffsetCommit">> = {},
    metadata: string | null = "m",
  ) {
    const { groupId, generationId, memberId } = this.#identity();
    const topics = [{ name: topic, partitions: [{ index: 0, offset, metadata }] }];
    return answered(
      await this.#client.request("OffsetCommit", 5, { groupId, generationId, memberId, topics, ...request }),
    );
  }

  #identity() {
    const { generationId, memberId } = this;
    return { groupId: this.#groupId, generationId, memberId, groupInstanceId: this.#groupInstanceId };
  }
}

/** How groups form, change and fence those who are not in them any more. */
export async function groupsScript(address: string, log: TranscriptWriter): Promise<void> {
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.open(address)));
  const [first, second, third] = clients as [RawClient, RawClient, RawClient];
  const topic = await makeTopic(first, log.name("groups"), 1);
  await settled(
    () => first.request("FindCoordinator", 2, { key: log.name("group"), keyType: 0 }),
    ({ errorCode }) => errorCode === 0,
  );
  const coordinator = answered(
    await first.request("FindCoordinator", 2, { key: log.name("group"), keyType: 0 }),
  );
  log.note("coordinator", { ...coordinator, host: "", port: 0 });
  await settled(
    () => first.request("Heartbeat", 3, { groupId: log.name("nobody"), generationId: 1, memberId: "m" }),
    ({ errorCode }) => errorCode === 25,
  );
  await strangers(first, topic, log);
  await lifeOfAGroup(first, second, topic, log);
  await oldVersions(first, log);
  await staticMembers(first, second, log);
  await protocols(first, second, third, log);
  await committedOffsets(first, topic, log);
  for (const client of clients) client.close();
}

/** Requests of those whom the coordinator does not know. */
async function strangers(client: RawClient, topic: string, log: TranscriptWriter): Promise<void> {
  const stranger = () =>
    Object.assign(new Member(client, log.name("nobody")), { memberId: "stranger", generationId: 3 });
  log.note("stranger: joins with an id", await stranger().join());
  log.note("stranger: asks for an assignment", await stranger().sync());
  log.note("stranger: heartbeat", await stranger().heartbeat());
  log.note("stranger: leaves", await stranger().leave());
  log.note("stranger: commits", await stranger().commit(topic, 1n));
  const nameless = () => new Member(client, "");
  log.note("no group: join", await nameless().join());
  log.note("no group: heartbeat", await nameless().heartbeat());
  log.note("no group: leave", await nameless().leave());
  log.note("no group: sync", await nameless().sync());
  const hasty = () => new Member(client, log.name("hasty"));
  log.note("session time-out too short", await hasty().join({ sessionTimeoutMs: 1 }));
  log.note("session time-out too long", await hasty().join({ sessionTimeoutMs: 0x7fffffff }));
  log.note("no protocol", await hasty().join({ protocols: [] }));
  log.note("no kind of protocol", await hasty().join({ protocolType: "" }));
}

async function lifeOfAGroup(
  first: RawClient,
  second: RawClient,
  topic: string,
  log: TranscriptWriter,
): Promise<void> {
  const groupId = log.name("group");
  const one = new Member(first, groupId);
  const two = new Member(second, groupId);
  const given = await one.join();
  log.alias(one.memberId, "one");
  log.note("life: the first gets an id", given);
  log.note("life: the first heartbeat before it is in", await one.heartbeat({ generationId: 0 }));
  log.note("life: the first is in", await one.join());
  log.note("life: joins again unchanged", await one.join());
  log.note("life: commits before it has an assignment", await one.commit(topic, 5n));
  log.note("life: heartbeat before it has an assignment", await one.heartbeat());
  log.note("life: assigns", await one.sync({ [one.memberId]: "all" }));
  log.note("life: asks for the assignment again", await one.sync());
  log.note("life: heartbeat", await one.heartbeat());
  log.note("life: heartbeat of an earlier generation", await one.heartbeat({ generationId: 0 }));
  log.note("life: heartbeat of somebody else", await one.heartbeat({ memberId: "else" }));
  log.note("life: sync of an earlier generation", await one.sync({}, { generationId: 0 }));
  log.note("life: commits", await one.commit(topic, 5n));
  log.note("life: commits in an earlier generation", await one.commit(topic, 6n, { generationId: 0 }));
  log.note("life: commits without a generation", await one.commit(topic, 6n, { generationId: -1 }));
  log.note("life: somebody else commits", await one.commit(topic, 6n, { memberId: "else" }));
  log.note(
    "life: somebody commits without group",
    await one.commit(topic, 6n, { generationId: -1, memberId: "" }),
  );
  log.note("life: commits for an unknown topic", await one.commit(log.name("unknown"), 6n));
  log.note("life: commits with much text", await one.commit(topic, 6n, {}, "x".repeat(5_000)));

  await two.join();
  log.alias(two.memberId, "two");
  const twoJoining = two.join();
  await settled(
    () => one.heartbeat(),
    ({ errorCode }) => errorCode === 27,
  );
  log.note("life: heartbeat while the second waits", await one.heartbeat());
  log.note("life: sync while the second waits", await one.sync());
  log.note("life: commits while the second waits", await one.commit(topic, 7n));
  log.note("life: the first joins again", withoutOrder(await one.join()));
  log.note("life: the second is in", await twoJoining);
  const twoSyncing = two.sync();
  log.note("life: commits while assignments are made", await one.commit(topic, 8n));
  log.note("life: assigns to both", await one.sync({ [one.memberId]: "a", [two.memberId]: "b" }));
  log.note("life: the second has its assignment", await twoSyncing);
  log.note("life: a follower joins again unchanged", await two.join());

  log.note("life: the first leaves", await one.leave());
  log.note("life: the first heartbeat after it left", await one.heartbeat());
  log.note("life: the first commits after it left", await one.commit(topic, 9n));
  log.note("life: the second heartbeat", await two.heartbeat());
  log.note("life: the second is alone", await two.join());
  log.note("life: the second assigns to nobody", await two.sync());
  log.note("life: the second leaves", await two.leave());
  log.note("life: commits into the empty group", await two.commit(topic, 10n));
  log.note(
    "life: somebody commits without group into the empty group",
    await two.commit(topic, 11n, { generationId: -1, memberId: "" }),
  );
  log.note("life: joins the empty group with its old id", await two.join());
  log.note("life: leaves again", await two.leave());
}

/** Before version 4, nobody is sent away to come back with an id. */
async function oldVersions(client: RawClient, log: TranscriptWriter): Promise<void> {
  for (const version of [0, 1, 2, 3]) {
    const member = new Member(client, log.name(`old-${version}`));
    const joined = await member.join({}, version);
    log.alias(member.memberId, `old ${version}`);
    log.note(`old: joins in version ${version}`, joined);
    const left = await client.request("LeaveGroup", Math.min(version, 2), {
      groupId: log.name(`old-${version}`),
      memberId: member.memberId,
      members: [],
    });
    log.note(`old: leaves in version ${version}`, left);
    const again = await client.request("LeaveGroup", Math.min(version, 2), {
      groupId: log.name(`old-${version}`),
      memberId: member.memberId,
      members: [],
    });
    log.note(`old: leaves again in version ${version}`, again);
  }
}

async function staticMembers(first: RawClient, second: RawClient, log: TranscriptWriter): Promise<void> {
  const groupId = log.name("static");
  const before = new Member(first, groupId, "instance");
  const after = new Member(second, groupId, "instance");
  const joined = await before.join();
  log.alias(before.memberId, "before");
  log.note("static: joins without being sent away", joined);
  log.note("static: assigns", await before.sync({ [before.memberId]: "mine" }));
  const back = await after.join();
  log.alias(after.memberId, "after");
  log.note("static: comes back and takes its own place", back);
  log.note("static: finds its assignment", await after.sync());
  log.note("static: the former self heartbeat", await before.heartbeat());
  log.note("static: the former self joins", await before.join());
  log.note("static: the former self syncs", await before.sync());
  log.note("static: the former self leaves", await before.leave());
  log.note("static: heartbeat", await after.heartbeat());
  log.note("static: heartbeat under an unknown name", await after.heartbeat({ groupInstanceId: "other" }));
  log.note(
    "static: is sent away by name",
    await before.leave([{ memberId: "", groupInstanceId: "instance" }]),
  );
  log.note(
    "static: an unknown name is sent away",
    await before.leave([{ memberId: "", groupInstanceId: "nobody" }]),
  );
  log.note("static: heartbeat after that", await after.heartbeat());
}

/** Which of the assignors is chosen, and who does not fit in. */
async function protocols(
  first: RawClient,
  second: RawClient,
  third: RawClient,
  log: TranscriptWriter,
): Promise<void> {
  const groupId = log.name("protocols");
  const named = (...names: readonly string[]) => ({
    protocols: names.map((name) => ({ name, metadata: subscription(name) })),
  });
  const one = new Member(first, groupId);
  const two = new Member(second, groupId);
  await one.join(named("range", "roundrobin"));
  await one.join(named("range", "roundrobin"));
  log.alias(one.memberId, "range first");
  await one.sync();
  log.note("protocols: another one", await new Member(third, groupId).join(named("sticky")));
  log.note("protocols: another kind", await new Member(third, groupId).join({ protocolType: "connect" }));
  await two.join(named("sticky", "roundrobin"));
  log.alias(two.memberId, "roundrobin only");
  const joining = two.join(named("sticky", "roundrobin"));
  await settled(
    () => one.heartbeat(),
    ({ errorCode }) => errorCode === 27,
  );
  log.note("protocols: what both know is chosen", withoutOrder(await one.join(named("range", "roundrobin"))));
  log.note("protocols: the other is told", await joining);
  await Promise.all([one.sync(), two.sync()]);
  await one.leave();
  await two.leave();
}

async function committedOffsets(client: RawClient, topic: string, log: TranscriptWriter): Promise<void> {
  const groupId = log.name("offsets");
  const simple = new Member(client, groupId);
  const fetch = async (step: string, topics: RequestBody<"OffsetFetch">["topics"], version = 4) =>
    log.note(`committed: ${step}`, await client.request("OffsetFetch", version, { groupId, topics }));
  await fetch("nothing yet", [{ name: topic, partitions: [0, 5] }]);
  await fetch("nothing yet, all", null);
  await fetch("an unknown topic", [{ name: log.name("unknown"), partitions: [0] }]);
  log.note("committing: by nobody in particular", await simple.commit(topic, 42n));
  await fetch("what was committed", [{ name: topic, partitions: [0] }]);
  await fetch("all that was committed", null);
  await fetch("in version 1", [{ name: topic, partitions: [0] }], 1);
  log.note("committing: without text", await simple.commit(topic, 43n, {}, null));
  await fetch("what has no text", [{ name: topic, partitions: [0] }]);
  log.note("committing: an offset below zero", await simple.commit(topic, -7n));
  await fetch("an offset that is none", [{ name: topic, partitions: [0] }]);
}

/** What a consumer tells of itself: version 0, the topics it wants, and nothing else. */
function subscription(...topics: readonly string[]): Buffer {
  const writer = Writer.create().appendInt16(0);
  return writer
    .appendArray([...topics], (w, topic) => w.appendString(topic, false), false, false)
    .appendInt32(-1).buffer;
}

/** Members come in no order that means anything. */
function withoutOrder(joined: Joined): unknown {
  return { ...joined, members: joined.members.map(({ metadata }) => metadata.toString("latin1")).sort() };
}

function answered<T>(answer: T): Answered<T> {
  if (answer === "closed") throw new Error("the broker closed the connection");
  return answer as Answered<T>;
}
