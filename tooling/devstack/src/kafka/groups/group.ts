import { randomUUID } from "node:crypto";
import { type ErrorName, KafkaError } from "../errors.ts";
import { type GroupSettings, JoinWindow } from "./join-window.ts";
import {
  type Joined,
  type JoinRequest,
  type Member,
  type MemberDescription,
  type MemberIdentity,
  type MemberIdGiven,
  newMember,
  takeWaiter,
  waitFor,
} from "./member.ts";
import { commonProtocols, electProtocol, metadataFor, sameProtocols } from "./protocols.ts";
import { Roster } from "./roster.ts";
import { type StoredGroup, storedMember } from "./stored-group.ts";

/** The states of a consumer group, under the names that Apache Kafka gives them. */
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable" | "Dead";

/** A new member's JoinGroup is held no longer than this; the member is told to come again then. */
const newMemberJoinTimeoutMs = 5 * 60_000;

/**
 * One consumer group: which state and generation it is in and what it waits for. The rules are those of
 * Apache Kafka's group coordinator for classic groups.
 */
export class Group {
  readonly #settings: GroupSettings;
  readonly #roster: Roster;
  readonly #joinWindow: JoinWindow;
  readonly #unsynced = new Set<string>();
  #state: GroupState = "Empty";
  #generationId = 0;
  #protocolType = "";
  #protocolName = "";
  #stored: StoredGroup | undefined;
  #cancelSyncTimer: () => void = () => {};

  constructor(settings: GroupSettings, stored?: StoredGroup) {
    this.#settings = settings;
    this.#roster = new Roster(settings.clock, (member) =>
      member ? this.#remove(member) : this.#completeJoinWhenAllAreThere(),
    );
    this.#joinWindow = new JoinWindow(settings, () => this.#completeJoin());
    if (stored) this.#restore(stored);
  }

  get state(): GroupState {
    return this.#state;
  }
  get generationId(): number {
    return this.#generationId;
  }
  get protocolName(): string {
    return this.#protocolName;
  }
  get leaderId(): string | undefined {
    return this.#roster.leaderId;
  }
  get members(): readonly Member[] {
    return this.#roster.all;
  }
  /** `undefined` as long as no generation was complete. */
  get stored(): StoredGroup | undefined {
    return this.#stored;
  }

  /**
   * Resolves when the rebalance that this begins, or meets, has all its members; at once where none is
   * needed.
   */
  async join(request: JoinRequest): Promise<Joined | MemberIdGiven> {
    const { memberId, groupInstanceId, description } = request;
    this.#refuseWhenDead();
    if (!this.#supports(request)) throw new KafkaError("INCONSISTENT_GROUP_PROTOCOL");
    if (this.#roster.isExpected(memberId)) return this.#add(newMember(memberId, null, description), request);
    if (memberId !== "") return this.#rejoin(this.#roster.require(request), description);

    const id = `${groupInstanceId ?? description.clientId}-${randomUUID()}`;
    const namesake = this.#roster.byInstance(groupInstanceId);
    if (namesake) return this.#replace(namesake, id, description);
    if (groupInstanceId === null && request.newMembers === "come-back-with-id") {
      this.#roster.expect(id, description.sessionTimeoutMs);
      return { givenMemberId: id };
    }
    return this.#add(newMember(id, groupInstanceId, description), request);
  }

  /** Resolves with the member's assignment as soon as the leader has sent it. */
  async sync(
    identity: MemberIdentity,
    generationId: number,
    assignments: ReadonlyMap<string, Buffer>,
  ): Promise<Buffer> {
    const member = this.#requireInGeneration(identity, generationId);
    if (this.#state === "PreparingRebalance") throw new KafkaError("REBALANCE_IN_PROGRESS");
    this.#unsynced.delete(member.id);
    if (this.#unsynced.size === 0) this.#cancelSyncTimer();
    if (this.#state === "Stable") {
      this.#roster.expectHeartbeat(member);
      return member.assignment;
    }
    const answer = waitFor(member, "syncing", new KafkaError("REBALANCE_IN_PROGRESS"));
    if (member.id === this.leaderId) this.#assign(assignments);
    return answer;
  }

  heartbeat(identity: MemberIdentity, generationId: number): void {
    this.#roster.expectHeartbeat(this.#requireInGeneration(identity, generationId));
    if (this.#state === "PreparingRebalance") throw new KafkaError("REBALANCE_IN_PROGRESS");
  }

  /** A static member can be sent away by its name alone. */
  leave(identity: MemberIdentity): void {
    this.#refuseWhenDead();
    if (this.#roster.isExpected(identity.memberId)) {
      this.#roster.forgetExpected(identity.memberId);
      this.#completeJoinWhenAllAreThere();
    } else {
      const byName = identity.memberId === "" ? this.#roster.byInstance(identity.groupInstanceId) : undefined;
      this.#remove(byName ?? this.#roster.require(identity));
    }
  }

  /**
   * Whether offsets may be committed in that member's name; generation -1 is someone who uses no group
   * management.
   */
  checkCommit(memberId: string, generationId: number): void {
    this.#refuseWhenDead();
    if (generationId < 0 && this.#state === "Empty") return;
    const member = this.#requireInGeneration({ memberId, groupInstanceId: null }, generationId);
    if (this.#state === "CompletingRebalance") throw new KafkaError("REBALANCE_IN_PROGRESS");
    this.#roster.expectHeartbeat(member);
  }

  /** Has the members join again, as if one of them had come or gone. */
  rebalance(): void {
    if (this.#state === "Stable" || this.#state === "CompletingRebalance") this.#prepareRebalance();
  }

  /** Ends all waits; whoever waits for an answer gets `error`. The group is dead afterwards. */
  unload(error: ErrorName): void {
    this.#state = "Dead";
    this.#joinWindow.close();
    this.#cancelSyncTimer();
    this.#roster.close(new KafkaError(error));
  }

  #refuseWhenDead(): void {
    if (this.#state === "Dead") throw new KafkaError("COORDINATOR_NOT_AVAILABLE");
  }

  #requireInGeneration(identity: MemberIdentity, generationId: number): Member {
    this.#refuseWhenDead();
    const member = this.#roster.require(identity);
    if (generationId !== this.#generationId) throw new KafkaError("ILLEGAL_GENERATION");
    return member;
  }

  #supports({ protocolType, description }: JoinRequest): boolean {
    if (this.#state === "Empty") return protocolType !== "" && description.protocols.length > 0;
    // Nobody may be left in a group that is still about to notice it: anything goes with nobody.
    const common = commonProtocols(this.members);
    return (
      protocolType === this.#protocolType &&
      description.protocols.some(({ name }) => this.members.length === 0 || common.has(name))
    );
  }

  #add(member: Member, { protocolType }: JoinRequest): Promise<Joined> {
    if (this.members.length === 0) this.#protocolType = protocolType;
    this.#roster.add(member);
    if (this.#generationId === 0) this.#joinWindow.countNewcomer();
    const answer = waitFor(member, "joining", new KafkaError("REBALANCE_IN_PROGRESS"));
    this.#roster.expectHeartbeat(member, newMemberJoinTimeoutMs);
    this.#rebalanceOrGoOn();
    return answer;
  }

  async #rejoin(member: Member, description: MemberDescription): Promise<Joined> {
    if (this.#state === "Empty") throw new KafkaError("UNKNOWN_MEMBER_ID");
    const unchanged = sameProtocols(member.description.protocols, description.protocols);
    if (this.#state === "CompletingRebalance" && unchanged) return this.#answer(member);
    // A leader that joins again wants to assign anew: what it knows of the topics may have changed.
    if (this.#state === "Stable" && unchanged && member.id !== this.leaderId) return this.#answer(member);
    member.description = description;
    const answer = waitFor(member, "joining", new KafkaError("REBALANCE_IN_PROGRESS"));
    this.#rebalanceOrGoOn();
    return answer;
  }

  /** A static member is back under a new id and takes the place of its former self. */
  async #replace(former: Member, id: string, description: MemberDescription): Promise<Joined> {
    const leaderBefore = this.leaderId ?? "";
    const member: Member = { ...former, id, description, joining: undefined, syncing: undefined };
    this.#roster.replace(former, member);
    this.#roster.expectHeartbeat(member);
    if (this.#state === "Stable" && electProtocol(this.members) === this.#protocolName) {
      this.#store();
      // Told its former id as the leader's, a leader that came back does not assign: nobody would take it.
      return { ...this.#answer(member), leaderId: leaderBefore, members: [] };
    }
    const answer = waitFor(member, "joining", new KafkaError("REBALANCE_IN_PROGRESS"));
    this.#rebalanceOrGoOn();
    return answer;
  }

  #remove(member: Member): void {
    this.#roster.remove(member);
    this.#unsynced.delete(member.id);
    if (this.#state === "Stable" || this.#state === "CompletingRebalance") this.#prepareRebalance();
    else this.#completeJoinWhenAllAreThere();
  }

  #rebalanceOrGoOn(): void {
    if (this.#state === "PreparingRebalance") this.#completeJoinWhenAllAreThere();
    else this.#prepareRebalance();
  }

  #prepareRebalance(): void {
    const wasEmpty = this.#state === "Empty";
    if (this.#state === "CompletingRebalance") this.#refuseAssignments();
    this.#unsynced.clear();
    this.#cancelSyncTimer();
    this.#state = "PreparingRebalance";
    if (wasEmpty) this.#joinWindow.openForNewcomers(this.#roster.rebalanceTimeoutMs);
    else this.#joinWindow.openForMembers(this.#roster.rebalanceTimeoutMs);
    this.#completeJoinWhenAllAreThere();
  }

  #completeJoinWhenAllAreThere(): void {
    if (this.#joinWindow.endsWithTheLast && this.#roster.allAreJoining) this.#completeJoin();
  }

  /** Begins the next generation with those who came; static members may come later. */
  #completeJoin(): void {
    this.#joinWindow.close();
    for (const member of this.members)
      if (!member.joining && member.instanceId === null) this.#roster.remove(member);
    if (this.#roster.electLeader() === "nobody")
      this.#joinWindow.openForMembers(this.#roster.rebalanceTimeoutMs);
    else this.#beginGeneration();
  }

  #beginGeneration(): void {
    this.#generationId += 1;
    this.#protocolName = electProtocol(this.members);
    this.#state = this.members.length === 0 ? "Empty" : "CompletingRebalance";
    for (const member of this.members) {
      member.phase = "known";
      this.#unsynced.add(member.id);
      takeWaiter(member, "joining")?.resolve(this.#answer(member));
      this.#roster.expectHeartbeat(member);
    }
    if (this.#state === "Empty") this.#store();
    else this.#awaitSyncs();
  }

  /** Who has joined must also ask for its assignment, or is taken for gone. */
  #awaitSyncs(): void {
    this.#cancelSyncTimer = this.#settings.clock.setTimer(() => {
      for (const member of this.members) if (this.#unsynced.has(member.id)) this.#roster.remove(member);
      this.#prepareRebalance();
    }, this.#roster.rebalanceTimeoutMs);
  }

  #answer(member: Member): Joined {
    return {
      memberId: member.id,
      generationId: this.#generationId,
      protocolName: this.#protocolName,
      leaderId: this.leaderId ?? "",
      members:
        member.id === this.leaderId
          ? this.members.map((other) => ({
              memberId: other.id,
              groupInstanceId: other.instanceId,
              metadata: metadataFor(other, this.#protocolName),
            }))
          : [],
    };
  }

  #assign(assignments: ReadonlyMap<string, Buffer>): void {
    this.#state = "Stable";
    for (const member of this.members) member.assignment = assignments.get(member.id) ?? Buffer.alloc(0);
    this.#store();
    for (const member of this.members) {
      const waiter = takeWaiter(member, "syncing");
      if (waiter) this.#roster.expectHeartbeat(member);
      waiter?.resolve(member.assignment);
    }
  }

  #refuseAssignments(): void {
    for (const member of this.members) {
      member.assignment = Buffer.alloc(0);
      const waiter = takeWaiter(member, "syncing");
      if (waiter) this.#roster.expectHeartbeat(member);
      waiter?.reject(new KafkaError("REBALANCE_IN_PROGRESS"));
    }
  }

  /** Remembers the generation as brokers write it to their log. */
  #store(): void {
    this.#stored = {
      generationId: this.#generationId,
      protocolType: this.#protocolType,
      protocolName: this.#protocolName,
      leaderId: this.leaderId,
      members: this.members.map((member) => storedMember(member, this.#protocolName)),
    };
  }

  #restore(stored: StoredGroup): void {
    this.#stored = stored;
    this.#generationId = stored.generationId;
    this.#protocolType = stored.protocolType;
    this.#protocolName = stored.protocolName;
    this.#state = stored.members.length === 0 ? "Empty" : "Stable";
    for (const { assignment, id, instanceId, description } of stored.members)
      this.#roster.restore({ ...newMember(id, instanceId, description), assignment, phase: "known" });
    this.#roster.restoreLeader(stored.leaderId);
  }
}
