import type { Member, MemberProtocol } from "./member.ts";

/** Whether a member that joins again says the same as before. */
export function sameProtocols(left: readonly MemberProtocol[], right: readonly MemberProtocol[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ name, metadata }, index) => {
      const other = right[index];
      return other !== undefined && other.name === name && metadata.equals(other.metadata);
    })
  );
}

/** The names of the protocols that every member knows. */
export function commonProtocols(members: readonly Member[]): ReadonlySet<string> {
  const [first, ...others] = members.map((member) => member.description.protocols.map(({ name }) => name));
  return new Set(first?.filter((name) => others.every((names) => names.includes(name))));
}

/**
 * Each member votes for the first protocol on its list that all know; the most votes win, the first of
 * equals.
 */
export function electProtocol(members: readonly Member[]): string {
  const candidates = commonProtocols(members);
  const votes = new Map<string, number>();
  for (const member of members) {
    const choice = member.description.protocols.find(({ name }) => candidates.has(name))?.name;
    if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1);
  }
  const [winner] = [...votes].sort(([, left], [, right]) => right - left);
  return winner?.[0] ?? "";
}

/** What a member told about one protocol. */
export function metadataFor(member: Member, protocolName: string): Buffer {
  return member.description.protocols.find(({ name }) => name === protocolName)?.metadata ?? Buffer.alloc(0);
}
