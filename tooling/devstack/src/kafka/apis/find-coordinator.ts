import { errorCode } from "../errors.ts";
import { type Api, answer } from "./api.ts";
import { noError } from "./partitions.ts";

const groupKey = 0;
const nobody = { nodeId: -1, host: "", port: -1 };

export const findCoordinator: Api<"FindCoordinator"> = {
  handle({ key, keyType }, { broker }) {
    if (keyType !== groupKey)
      return answer({
        errorCode: errorCode("INVALID_REQUEST"),
        errorMessage: "this broker has no transactions: only groups have a coordinator",
        ...nobody,
      });
    const { id, host, port } = broker.cluster.coordinator(key);
    return answer({ errorCode: noError, errorMessage: "NONE", nodeId: id, host, port });
  },
  fail: (_request, error) => answer({ errorCode: errorCode(error), errorMessage: null, ...nobody }),
};
