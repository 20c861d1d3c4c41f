import { errorCode, KafkaError } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { coordinatedGroups } from "./coordination.ts";
import { eachPartition, everyPartition, noError } from "./partitions.ts";

const maxMetadataChars = 4096;

export const offsetCommit: Api<"OffsetCommit"> = {
  handle(request, context) {
    const { groupId, memberId, generationId } = request;
    const groups = coordinatedGroups(groupId, context);
    groups.checkCommit(groupId, memberId, generationId);
    const topics = eachPartition(
      request.topics,
      (topic, { index, offset, metadata }) => {
        context.broker.topics.partition(topic, index);
        if ((metadata ?? "").length > maxMetadataChars) throw new KafkaError("OFFSET_METADATA_TOO_LARGE");
        groups.offsets.commit(groupId, topic, index, { offset, metadata: metadata ?? "" });
        return { index, errorCode: noError };
      },
      ({ index }, error) => ({ index, errorCode: errorCode(error) }),
    );
    return answer({ topics });
  },
  fail: (request, error) =>
    answer({
      topics: everyPartition(request.topics, ({ index }) => ({ index, errorCode: errorCode(error) })),
    }),
};
