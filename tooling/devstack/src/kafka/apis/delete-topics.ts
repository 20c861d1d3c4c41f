import { deleteTopic } from "../broker.ts";
import { errorCode } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { noError } from "./partitions.ts";

export const deleteTopics: Api<"DeleteTopics"> = {
  handle: (request, { broker }) =>
    answer({
      topics: request.topicNames.map((name) => {
        if (!broker.topics.has(name)) return { name, errorCode: errorCode("UNKNOWN_TOPIC_OR_PARTITION") };
        deleteTopic(broker, name);
        return { name, errorCode: noError };
      }),
    }),
  fail: (request, error) =>
    answer({ topics: request.topicNames.map((name) => ({ name, errorCode: errorCode(error) })) }),
};
