import { KafkaError } from "../errors.ts";
import { CommittedOffsets } from "./committed-offsets.ts";
import { Group } from "./group.ts";
import type { GroupSettings } from "./join-window.ts";
import type { Joined, JoinRequest, MemberIdentity, MemberIdGiven } from "./member.ts";

/** The consumer groups of the broker and what they have committed. */
export class Groups {
  readonly offsets = new CommittedOffsets();
  readonly #settings: GroupSettings;
  readonly #groups = new Map<string, Group>();

  constructor(settings: GroupSettings) {
    this.#settings = settings;
  }

  find(groupId: string): Group | undefined {
    return this.#groups.get(groupId);
  }

  join(groupId: string, request: JoinRequest): Promise<Joined | MemberIdGiven> {
    // Only who is new may begin a group; whoever names an id was in one that is gone.
    const group = request.memberId === "" ? this.#findOrCreate(groupId) : this.#require(groupId);
    return group.join(request);
  }

  sync(
    groupId: string,
    member: MemberIdentity,
    generationId: number,
    assignments: ReadonlyMap<string, Buffer>,
  ): Promise<Buffer> {
    return this.#require(groupId).sync(member, generationId, assignments);
  }

  heartbeat(groupId: string, member: MemberIdentity, generationId: number): void {
    this.#require(groupId).heartbeat(member, generationId);
  }

  leave(groupId: string, member: MemberIdentity): void {
    this.#require(groupId).leave(member);
  }

  /** @throws KafkaError when that member may not commit now. */
  checkCommit(groupId: string, memberId: string, generationId: number): void {
    const group = generationId < 0 ? this.#findOrCreate(groupId) : this.#groups.get(groupId);
    if (group === undefined) throw new KafkaError("ILLEGAL_GENERATION");
    group.checkCommit(memberId, generationId);
  }

  /**
   * The group gets another coordinator: who waits for an answer is told that this one is it no longer, and
   * the new one begins with the last generation that was complete.
   */
  move(groupId: string): void {
    const group = this.#groups.get(groupId);
    group?.unload("NOT_COORDINATOR");
    if (group?.stored) this.#groups.set(groupId, new Group(this.#settings, group.stored));
    else this.#groups.delete(groupId);
  }

  /** Ends every wait and every timer. */
  close(): void {
    for (const group of this.#groups.values()) group.unload("COORDINATOR_NOT_AVAILABLE");
    this.#groups.clear();
  }

  #require(groupId: string): Group {
    const group = this.#groups.get(groupId);
    if (group === undefined) throw new KafkaError("UNKNOWN_MEMBER_ID");
    return group;
  }

  #findOrCreate(groupId: string): Group {
    const group = this.#groups.get(groupId) ?? new Group(this.#settings);
    this.#groups.set(groupId, group);
    return group;
  }
}
