/** An assignor that a member knows, and what it tells the one that assigns. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** What a member says of itself when it joins. */
export interface MemberDescription {
  readonly clientId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** In the order of its preference. */
  readonly protocols: readonly MemberProtocol[];
}

/** Who asks: the id that the member was given, and its static name, if it has one. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** A request to join. */
export interface JoinRequest extends MemberIdentity {
  readonly protocolType: string;
  readonly description: MemberDescription;
  /**
   * Whether a new member is sent away with its id first, so that a lost answer leaves no ghost in the group.
   */
  readonly newMembers: "join-at-once" | "come-back-with-id";
}

/** A new member got its id, and must join again with it. */
export interface MemberIdGiven {
  readonly givenMemberId: string;
}

/** The answer to a member that joined. */
export interface Joined {
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolName: string;
  readonly leaderId: string;
  /** All members, for the one that leads; nobody for the others. */
  readonly members: readonly (MemberIdentity & { readonly metadata: Buffer })[];
}

/** An answer that is held back until the rest of the group is there. */
export interface Waiter<T> {
  resolve(answer: T): void;
  reject(error: Error): void;
}

/** A member of a group, as its coordinator knows it. */
export interface Member {
  readonly id: string;
  /** Set for a static member: the name under which it may come back without a rebalance. */
  readonly instanceId: string | null;
  description: MemberDescription;
  assignment: Buffer;
  /** `new` until it has been in a generation. */
  phase: "new" | "known";
  joining: Waiter<Joined> | undefined;
  syncing: Waiter<Buffer> | undefined;
  /** Ends the wait for its next heartbeat. */
  cancelExpiry: () => void;
}

export function newMember(id: string, instanceId: string | null, description: MemberDescription): Member {
  return {
    id,
    instanceId,
    description,
    assignment: Buffer.alloc(0),
    phase: "new",
    joining: undefined,
    syncing: undefined,
    cancelExpiry: () => {},
  };
}

/** Has the member wait; an earlier request of its own that still waits is answered with `superseded`. */
export function waitFor<Key extends "joining" | "syncing">(
  member: Member,
  key: Key,
  superseded: Error,
): Promise<Key extends "joining" ? Joined : Buffer> {
  return new Promise((resolve, reject) => {
    member[key]?.reject(superseded);
    member[key] = { resolve, reject } as Member[Key];
  });
}

/** Gives what the member waits with, if it does, to be answered exactly once. */
export function takeWaiter<Key extends "joining" | "syncing">(member: Member, key: Key): Member[Key] {
  const waiter = member[key];
  member[key] = undefined;
  return waiter;
}
