import type { Member } from "./member.ts";

type StoredMember = Pick<Member, "id" | "instanceId" | "description" | "assignment">;

/** What a coordinator finds in its log when it takes a group over: the last generation that was complete. */
export interface StoredGroup {
  readonly generationId: number;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly leaderId: string | undefined;
  readonly members: readonly StoredMember[];
}

/** Of the protocols, only the one that was chosen is stored. */
export function storedMember(member: Member, protocolName: string): StoredMember {
  const { id, instanceId, assignment, description } = member;
  const protocols = description.protocols.filter(({ name }) => name === protocolName);
  return { id, instanceId, assignment, description: { ...description, protocols } };
}
