import { errorCode } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { coordinatedGroups } from "./coordination.ts";
import { everyPartition, noError } from "./partitions.ts";

/** From this version on there is room for an error of the whole request. */
const firstVersionWithError = 2;
const neverCommitted = { offset: -1n, metadata: "" };

export const offsetFetch: Api<"OffsetFetch"> = {
  handle({ groupId, topics }, context) {
    const { offsets } = coordinatedGroups(groupId, context);
    const wanted = topics ?? offsets.partitions(groupId);
    return answer({
      topics: wanted.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((index) => ({
          index,
          errorCode: noError,
          ...(offsets.get(groupId, name, index) ?? neverCommitted),
        })),
      })),
    });
  },
  fail: ({ topics }, error, { version }) => {
    if (version >= firstVersionWithError) return answer({ errorCode: errorCode(error), topics: [] });
    const failed = { ...neverCommitted, errorCode: errorCode(error) };
    return answer({ topics: everyPartition(topics ?? [], (index) => ({ index, ...failed })) });
  },
};
