import { KafkaError } from "../errors.ts";
import type { Groups } from "../groups/groups.ts";
import type { RequestContext } from "./api.ts";

/** The groups, if this node coordinates that one. */
export function coordinatedGroups(groupId: string, { broker, nodeId }: RequestContext): Groups {
  if (broker.cluster.coordinator(groupId).id !== nodeId) throw new KafkaError("NOT_COORDINATOR");
  return broker.groups;
}

/**
 * The same, for requests that need a group with a name. Offsets can be committed without one, for historical
 * reasons.
 */
export function namedGroups(groupId: string, context: RequestContext): Groups {
  if (groupId === "") throw new KafkaError("INVALID_GROUP_ID");
  return coordinatedGroups(groupId, context);
}
