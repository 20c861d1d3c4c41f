import { errorCode, KafkaError } from "../errors.ts";
import type { MemberIdentity } from "../groups/member.ts";
import { type Api, answer } from "./api.ts";
import { namedGroups } from "./coordination.ts";
import { noError } from "./partitions.ts";

/** From this version on, one request can take several members out, each with an answer of its own. */
const firstVersionWithMembers = 3;

export const leaveGroup: Api<"LeaveGroup"> = {
  handle(request, context) {
    const groups = namedGroups(request.groupId, context);
    const leave = (member: MemberIdentity): number => {
      try {
        groups.leave(request.groupId, member);
        return noError;
      } catch (error) {
        if (error instanceof KafkaError) return errorCode(error.error);
        throw error;
      }
    };
    if (context.version < firstVersionWithMembers)
      return answer({ errorCode: leave({ memberId: request.memberId, groupInstanceId: null }) });
    const members = request.members.map((member) => ({ ...member, errorCode: leave(member) }));
    return answer({ errorCode: noError, members });
  },
  fail: (_request, error) => answer({ errorCode: errorCode(error) }),
};
