import { errorCode } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { namedGroups } from "./coordination.ts";
import { noError } from "./partitions.ts";

export const heartbeat: Api<"Heartbeat"> = {
  handle(request, context) {
    namedGroups(request.groupId, context).heartbeat(request.groupId, request, request.generationId);
    return answer({ errorCode: noError });
  },
  fail: (_request, error) => answer({ errorCode: errorCode(error) }),
};
