import { beforeEach, describe, expect, it } from "@jest/globals";
import { ManualClock, settle } from "../../../test/kafka/manual-clock.ts";
import { Group } from "./group.ts";
import type { Joined, JoinRequest, MemberIdGiven } from "./member.ts";

const sessionTimeoutMs = 10_000;
const rebalanceTimeoutMs = 30_000;

let clock: ManualClock;
let group: Group;

beforeEach(() => {
  clock = new ManualClock();
  group = new Group({ clock, initialRebalanceDelayMs: 0 });
});

describe("a new member", () => {
  it("is sent away with an id first, and is in once it comes back with it", async () => {
    const given = await group.join(request());
    const { givenMemberId } = given as MemberIdGiven;
    expect(group.members).toHaveLength(0);
    const joining = outcome(group.join(request({ memberId: givenMemberId })));
    await clock.advance(0);
    expect(await joining).toMatchObject({
      memberId: givenMemberId,
      leaderId: givenMemberId,
      generationId: 1,
    });
  });

  it("that never comes back is forgotten after its session time-out", async () => {
    const { givenMemberId } = (await group.join(request())) as MemberIdGiven;
    await clock.advance(sessionTimeoutMs);
    expect(await outcome(group.join(request({ memberId: givenMemberId })))).toBe("UNKNOWN_MEMBER_ID");
    expect(clock.pending).toBe(0);
  });

  it("holds up a rebalance until it comes back or is forgotten", async () => {
    const first = await joined();
    await assign(first);
    await group.join(request());
    group.rebalance();
    const rejoining = watched(group.join(request({ memberId: first.memberId })));
    await settle();
    expect(rejoining.state).toBe("waiting");
    await clock.advance(sessionTimeoutMs);
    expect(rejoining.state).toBe("answered");
  });

  it("waits for its answer no longer than five minutes, should the group never come together", async () => {
    const first = await joined({ description: { ...description(), rebalanceTimeoutMs: 3_600_000 } });
    await assign(first);
    const joining = outcome(group.join(request({ newMembers: "join-at-once" })));
    // The first one stays silent but alive: it is heard of, and never joins again.
    for (let second = 0; second < 299; second += 1) {
      await clock.advance(1_000);
      expectRebalance(first);
    }
    await clock.advance(1_000);
    expect(await joining).toBe("UNKNOWN_MEMBER_ID");
  });
});

describe("the first generation of a group", () => {
  it("waits for more members as long as more of them come", async () => {
    group = new Group({ clock, initialRebalanceDelayMs: 3_000 });
    const first = watched(group.join(request({ newMembers: "join-at-once" })));
    await clock.advance(2_000);
    const second = watched(group.join(request({ newMembers: "join-at-once" })));
    await clock.advance(1_000);
    expect(first.state).toBe("waiting");
    await clock.advance(3_000);
    expect([first.state, second.state]).toEqual(["answered", "answered"]);
    expect(group.members).toHaveLength(2);
    expect(group.generationId).toBe(1);
  });

  it("is empty when all who came have left before it began", async () => {
    group = new Group({ clock, initialRebalanceDelayMs: 3_000 });
    const leaving = outcome(group.join(request({ newMembers: "join-at-once" })));
    await settle();
    group.leave({ memberId: group.members[0]?.id ?? "", groupInstanceId: null });
    expect(await leaving).toBe("UNKNOWN_MEMBER_ID");
    await clock.advance(3_000);
    expect(group.state).toBe("Empty");
    expect(clock.pending).toBe(0);
  });
});

describe("a member", () => {
  it("is out when nothing was heard of it for its session time-out", async () => {
    const member = await joined();
    await assign(member);
    await clock.advance(sessionTimeoutMs - 1);
    group.heartbeat(member, 1);
    await clock.advance(sessionTimeoutMs - 1);
    expect(group.state).toBe("Stable");
    await clock.advance(1);
    expect(group.state).toBe("Empty");
    expect(() => group.heartbeat(member, 1)).toThrow(code("UNKNOWN_MEMBER_ID"));
  });

  it("stays in by committing, as well as by heartbeats", async () => {
    const member = await joined();
    await assign(member);
    await clock.advance(sessionTimeoutMs - 1);
    group.checkCommit(member.memberId, 1);
    await clock.advance(sessionTimeoutMs - 1);
    expect(group.state).toBe("Stable");
  });

  it("that waits for the others needs no heartbeats", async () => {
    const [first, second] = await two();
    group.rebalance();
    const rejoining = watched(group.join(request({ memberId: first.memberId })));
    // The second one is heard of, and takes its time to join, which is more than the first one's session
    // lasts.
    for (let waited = 0; waited < 2 * sessionTimeoutMs; waited += 5_000) {
      await clock.advance(5_000);
      expectRebalance(second);
    }
    expect(rejoining.state).toBe("waiting");
    expect(group.members).toHaveLength(2);
    await group.join(request({ memberId: second.memberId }));
    expect(rejoining.state).toBe("answered");
    // Its session begins anew with the answer.
    await clock.advance(sessionTimeoutMs);
    expect(group.members).toHaveLength(0);
  });

  it("that does not join again within the rebalance time-out is out", async () => {
    const first = await joined();
    await assign(first);
    const second = joinSecond();
    for (let waited = 0; waited < rebalanceTimeoutMs; waited += 5_000) {
      expectRebalance(first);
      await clock.advance(5_000);
    }
    expect(await second).toMatchObject({ generationId: 2 });
    expect(group.leaderId).toBe((await second).memberId);
    expect(() => group.heartbeat(first, 2)).toThrow(code("UNKNOWN_MEMBER_ID"));
  });

  it("that joins but never asks for its assignment is out after the rebalance time-out", async () => {
    const [first, second] = await two();
    await assign(first);
    for (let waited = 0; waited < rebalanceTimeoutMs; waited += 5_000) {
      for (const member of [first, second]) group.heartbeat(member, 2);
      await clock.advance(5_000);
    }
    expect(group.members.map(({ id }) => id)).toEqual([first.memberId]);
    expect(group.state).toBe("PreparingRebalance");
  });

  it("that asks for its assignment gets none when the group changes before there is one", async () => {
    const [, second] = await two();
    const syncing = outcome(group.sync(second, 2, new Map()));
    group.rebalance();
    expect(await syncing).toBe("REBALANCE_IN_PROGRESS");
  });

  it("that waited long for its assignment is watched again once it has it", async () => {
    const [first, second] = await two();
    const syncing = group.sync(second, 2, new Map());
    for (let waited = 0; waited < 2 * sessionTimeoutMs; waited += 5_000) {
      await clock.advance(5_000);
      group.heartbeat(first, 2);
    }
    await group.sync(first, 2, new Map());
    await syncing;
    expect(group.members).toHaveLength(2);
    await clock.advance(sessionTimeoutMs - 1);
    group.heartbeat(first, 2);
    await clock.advance(1);
    expect(group.members.map(({ id }) => id)).toEqual([first.memberId]);
  });

  it("that leaves has the others join again", async () => {
    const [first, second] = await two();
    const syncing = group.sync(second, 2, new Map());
    await assign(first);
    await syncing;
    group.leave(first);
    expect(group.state).toBe("PreparingRebalance");
    expect(group.leaderId).toBe(second.memberId);
  });

  it("that sends its JoinGroup a second time is answered once, on the later one", async () => {
    const first = await joined();
    await assign(first);
    const second = (await group.join(request())) as MemberIdGiven;
    const lost = outcome(group.join(request({ memberId: second.givenMemberId })));
    const retried = outcome(group.join(request({ memberId: second.givenMemberId })));
    expect(await lost).toBe("REBALANCE_IN_PROGRESS");
    await outcome(group.join(request({ memberId: first.memberId })));
    expect(await retried).toMatchObject({ memberId: second.givenMemberId, generationId: 2 });
  });
});

describe("a static member", () => {
  const identity = { memberId: "", groupInstanceId: "kitchen" };

  it("may be away for as long as its session lasts, and finds its assignment again", async () => {
    const before = await joined(identity);
    await group.sync(
      { ...identity, memberId: before.memberId },
      1,
      new Map([[before.memberId, Buffer.from("mine")]]),
    );
    await clock.advance(sessionTimeoutMs - 1);
    const after = (await group.join(request(identity))) as Joined;
    expect(after).toMatchObject({ generationId: 1, leaderId: before.memberId, members: [] });
    expect(after.memberId).not.toBe(before.memberId);
    const assignment = await group.sync({ ...identity, memberId: after.memberId }, 1, new Map());
    expect(`${assignment}`).toBe("mine");
  });

  it("stays in a generation that it was too late for, while its session lasts", async () => {
    const patient = { ...description(), sessionTimeoutMs: 2 * rebalanceTimeoutMs };
    const fixed = await joined({ ...identity, description: patient });
    const other = watched(group.join(request({ newMembers: "join-at-once" })));
    await clock.advance(rebalanceTimeoutMs - 1);
    expect(other.state).toBe("waiting");
    await clock.advance(1);
    expect(other.state).toBe("answered");
    expect(group.members.map(({ instanceId }) => instanceId)).toEqual(["kitchen", null]);
    expect(group.members[0]?.id).toBe(fixed.memberId);
  });

  it("is fenced as soon as another one goes by its name, also while it waits", async () => {
    const before = await joined(identity);
    const joining = group.join(request({ newMembers: "join-at-once" }));
    await group.join(request({ ...identity, memberId: before.memberId }));
    const other = (await joining) as Joined;
    group.rebalance();
    const waiting = outcome(group.join(request({ ...identity, memberId: before.memberId })));
    const after = outcome(group.join(request(identity)));
    expect(await waiting).toBe("FENCED_INSTANCE_ID");
    await group.join(request({ memberId: other.memberId }));
    expect(await after).toMatchObject({ generationId: 3 });
  });
});

describe("a group that gets another coordinator", () => {
  it("is found there as it last was complete, with its sessions begun anew", async () => {
    const member = await joined();
    await assign(member);
    group.unload("NOT_COORDINATOR");
    expect(group.state).toBe("Dead");
    expect(clock.pending).toBe(0);
    const moved = new Group({ clock, initialRebalanceDelayMs: 0 }, group.stored);
    moved.heartbeat(member, 1);
    expect(moved.state).toBe("Stable");
    await clock.advance(sessionTimeoutMs);
    expect(moved.state).toBe("Empty");
  });

  it("leaves nobody waiting where it was", async () => {
    const [first, second] = await two();
    const syncing = outcome(group.sync(second, 2, new Map()));
    const joining = outcome(group.join(request({ newMembers: "join-at-once" })));
    await settle();
    group.unload("NOT_COORDINATOR");
    expect(await joining).toBe("NOT_COORDINATOR");
    expect(await syncing).toBe("REBALANCE_IN_PROGRESS");
    expect(() => group.heartbeat(first, 2)).toThrow(code("COORDINATOR_NOT_AVAILABLE"));
  });
});

function description(): JoinRequest["description"] {
  const protocols = [{ name: "range", metadata: Buffer.from("topic") }];
  return { clientId: "client", sessionTimeoutMs, rebalanceTimeoutMs, protocols };
}

function request(changes: Partial<JoinRequest> = {}): JoinRequest {
  return {
    memberId: "",
    groupInstanceId: null,
    protocolType: "consumer",
    newMembers: "come-back-with-id",
    description: description(),
    ...changes,
  };
}

interface JoinedMember extends Joined {
  readonly groupInstanceId: null;
}

/** The only member of the first generation. */
async function joined(changes: Partial<JoinRequest> = {}): Promise<JoinedMember> {
  const joining = group.join(request({ newMembers: "join-at-once", ...changes }));
  await clock.advance(0);
  return { ...((await joining) as Joined), groupInstanceId: null };
}

async function assign(leader: JoinedMember): Promise<void> {
  await group.sync(leader, leader.generationId, new Map());
}

/** A second member, on its way in: it waits for the first one. */
async function joinSecond(): Promise<JoinedMember> {
  const second = (await group.join(request({ newMembers: "join-at-once" }))) as Joined;
  return { ...second, groupInstanceId: null };
}

/** The two members of the second generation, neither of which has its assignment. */
async function two(): Promise<readonly [JoinedMember, JoinedMember]> {
  const first = await joined();
  await assign(first);
  const second = joinSecond();
  await settle();
  const again = (await group.join(request({ memberId: first.memberId }))) as Joined;
  return [{ ...again, groupInstanceId: null }, await second];
}

function expectRebalance(member: JoinedMember): void {
  expect(() => group.heartbeat(member, group.generationId)).toThrow(code("REBALANCE_IN_PROGRESS"));
}

function code(error: string) {
  return expect.objectContaining({ error });
}

/** What a request is answered with: the name of an error, or the answer. */
async function outcome<T>(answer: Promise<T>): Promise<T | string> {
  try {
    return await answer;
  } catch (error) {
    return (error as { readonly error: string }).error;
  }
}

function watched(answer: Promise<unknown>): { readonly state: "waiting" | "answered" } {
  const watch: { state: "waiting" | "answered" } = { state: "waiting" };
  const done = () => {
    watch.state = "answered";
  };
  answer.then(done, done);
  return watch;
}
