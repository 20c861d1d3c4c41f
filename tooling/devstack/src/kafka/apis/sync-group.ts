import { errorCode } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { namedGroups } from "./coordination.ts";
import { noError } from "./partitions.ts";

export const syncGroup: Api<"SyncGroup"> = {
  async handle(request, context) {
    const { groupId, generationId } = request;
    const assignments = new Map(
      request.assignments.map(({ memberId, assignment }) => [memberId, assignment]),
    );
    const assignment = await namedGroups(groupId, context).sync(groupId, request, generationId, assignments);
    return answer({ errorCode: noError, assignment });
  },
  fail: (_request, error) => answer({ errorCode: errorCode(error), assignment: Buffer.alloc(0) }),
};
