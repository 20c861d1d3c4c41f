import { errorCode, KafkaError } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { noError } from "./partitions.ts";

export const initProducerId: Api<"InitProducerId"> = {
  handle({ transactionalId }, { broker }) {
    if (transactionalId !== null) throw new KafkaError("INVALID_REQUEST", "this broker has no transactions");
    const producerId = broker.nextProducerId();
    return answer({ throttleTimeMs: 0, errorCode: noError, producerId, producerEpoch: 0 });
  },
  fail: (_request, error) =>
    answer({ throttleTimeMs: 0, errorCode: errorCode(error), producerId: -1n, producerEpoch: -1 }),
};
