import { type ErrorName, errorCode, KafkaError } from "../errors.ts";
import type { RequestOf, ResponseOf } from "../protocol/layouts.ts";
import { type Api, answer, type Outcome } from "./api.ts";
import { namedGroups } from "./coordination.ts";
import { noError } from "./partitions.ts";

/** From this version on, clients can be told to come back with the id that they are given. */
const firstVersionWithRequiredId = 4;

export const joinGroup: Api<"JoinGroup"> = {
  async handle(request, context) {
    const groups = namedGroups(request.groupId, context);
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = context.broker.settings;
    const { sessionTimeoutMs, rebalanceTimeoutMs } = request;
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs)
      throw new KafkaError("INVALID_SESSION_TIMEOUT");

    const joined = await groups.join(request.groupId, {
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      protocolType: request.protocolType,
      newMembers: context.version >= firstVersionWithRequiredId ? "come-back-with-id" : "join-at-once",
      description: {
        clientId: context.clientId,
        sessionTimeoutMs,
        // The first version has no time-out of its own for rebalances.
        rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
        protocols: request.protocols,
      },
    });
    if ("givenMemberId" in joined) return refusal(joined.givenMemberId, "MEMBER_ID_REQUIRED");
    const { leaderId, ...rest } = joined;
    return answer({ errorCode: noError, leader: leaderId, ...rest });
  },
  fail: (request: RequestOf<"JoinGroup">, error) => refusal(request.memberId, error),
};

function refusal(memberId: string, error: ErrorName): Outcome<ResponseOf<"JoinGroup">> {
  return answer({
    errorCode: errorCode(error),
    generationId: -1,
    protocolName: "",
    leader: "",
    memberId,
    members: [],
  });
}
