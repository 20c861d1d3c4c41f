import type { KafkaClock } from "../clock.ts";
import { KafkaError } from "../errors.ts";
import { type Member, type MemberIdentity, takeWaiter } from "./member.ts";

/** Who is in a group, who leads it, and who must be heard of by when. */
export class Roster {
  readonly #clock: KafkaClock;
  readonly #onSilence: (member: Member | undefined) => void;
  readonly #members = new Map<string, Member>();
  /** Ids that were given to members which have not come back with them yet, with what ends the wait. */
  readonly #expected = new Map<string, () => void>();
  #leaderId: string | undefined;

  /** `onSilence` is told of a member that was not heard of in time, or of nobody when one never came back. */
  constructor(clock: KafkaClock, onSilence: (member: Member | undefined) => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  get all(): readonly Member[] {
    return [...this.#members.values()];
  }
  get leaderId(): string | undefined {
    return this.#leaderId;
  }
  /** Whether everyone has sent a JoinGroup that waits for its answer. */
  get allAreJoining(): boolean {
    return this.#expected.size === 0 && this.all.every((member) => member.joining);
  }
  /** The longest that any of them wants to be given for joining again. */
  get rebalanceTimeoutMs(): number {
    return Math.max(0, ...this.all.map((member) => member.description.rebalanceTimeoutMs));
  }

  /**
   * @throws KafkaError `UNKNOWN_MEMBER_ID`; `FENCED_INSTANCE_ID` when another one goes by that static name
   * now.
   */
  require({ memberId, groupInstanceId }: MemberIdentity): Member {
    const namesake = groupInstanceId === null ? undefined : this.byInstance(groupInstanceId);
    if (namesake && namesake.id !== memberId) throw new KafkaError("FENCED_INSTANCE_ID");
    const member = this.#members.get(memberId);
    if (member === undefined || (groupInstanceId !== null && !namesake))
      throw new KafkaError("UNKNOWN_MEMBER_ID");
    return member;
  }

  byInstance(groupInstanceId: string | null): Member | undefined {
    return groupInstanceId === null
      ? undefined
      : this.all.find(({ instanceId }) => instanceId === groupInstanceId);
  }

  add(member: Member): void {
    this.forgetExpected(member.id);
    this.#members.set(member.id, member);
    this.#leaderId ??= member.id;
  }

  remove(member: Member): void {
    member.cancelExpiry();
    takeWaiter(member, "joining")?.reject(new KafkaError("UNKNOWN_MEMBER_ID"));
    takeWaiter(member, "syncing")?.reject(new KafkaError("UNKNOWN_MEMBER_ID"));
    this.#members.delete(member.id);
    if (this.#leaderId === member.id) this.#leaderId = this.all[0]?.id;
  }

  /** `successor` takes the place of `former`, which is told that it is fenced. */
  replace(former: Member, successor: Member): void {
    former.cancelExpiry();
    takeWaiter(former, "joining")?.reject(new KafkaError("FENCED_INSTANCE_ID"));
    takeWaiter(former, "syncing")?.reject(new KafkaError("FENCED_INSTANCE_ID"));
    this.#members.delete(former.id);
    this.#members.set(successor.id, successor);
    if (this.#leaderId === former.id) this.#leaderId = successor.id;
  }

  /** Sees to it that someone leads who is joining. `nobody` when there are members and none of them is. */
  electLeader(): "elected" | "nobody" {
    const leader = this.all.find(({ id }) => id === this.#leaderId);
    const joining = leader?.joining ? leader : this.all.find((member) => member.joining);
    if (joining) this.#leaderId = joining.id;
    return joining || this.#members.size === 0 ? "elected" : "nobody";
  }

  /** Puts back a member of a stored generation, whose session begins again. */
  restore(member: Member): void {
    this.add(member);
    this.expectHeartbeat(member);
  }

  /** Puts back the leader of a stored generation. */
  restoreLeader(leaderId: string | undefined): void {
    this.#leaderId = leaderId;
  }

  isExpected(memberId: string): boolean {
    return this.#expected.has(memberId);
  }

  /** Waits for a new member to come back with the id that it was given. */
  expect(memberId: string, timeoutMs: number): void {
    const cancel = this.#clock.setTimer(() => {
      this.forgetExpected(memberId);
      this.#onSilence(undefined);
    }, timeoutMs);
    this.#expected.set(memberId, cancel);
  }

  forgetExpected(memberId: string): void {
    this.#expected.get(memberId)?.();
    this.#expected.delete(memberId);
  }

  /**
   * The member was just heard of: the next time must be within its session time-out, or within `timeoutMs`.
   */
  expectHeartbeat(member: Member, timeoutMs = member.description.sessionTimeoutMs): void {
    member.cancelExpiry();
    member.cancelExpiry = this.#clock.setTimer(() => {
      // Who waits for the others cannot send heartbeats; its time begins again with the answer. A new member
      // that waits is let go of all the same: it may have gone away long ago.
      if (member.phase === "known" && (member.joining || member.syncing)) return;
      this.#onSilence(member);
    }, timeoutMs);
  }

  /** Ends every wait, with `error` for whoever waits for an answer. */
  close(error: KafkaError): void {
    for (const cancel of this.#expected.values()) cancel();
    this.#expected.clear();
    for (const member of this.all) {
      member.cancelExpiry();
      takeWaiter(member, "joining")?.reject(error);
      takeWaiter(member, "syncing")?.reject(error);
    }
  }
}
