import { httpStatus, optional, text } from "../faults/rules.ts";
import { errorRules, type Vocabulary } from "../faults/vocabulary.ts";
import type { HttpErrorFault } from "../http/faulty-service.ts";
import {
  type HttpFault,
  type HttpOn,
  httpFaults,
  httpVocabulary,
  type MatchedRequest,
} from "../http/http-fault.ts";

/** What can go wrong with a request to the Producer. An error carries its code as AWS APIs do; status 400. */
export type LambdaUrlFault = HttpFault | HttpErrorFault;

export const lambdaUrlVocabulary: Vocabulary<LambdaUrlFault["kind"], HttpOn, MatchedRequest> = {
  ...httpVocabulary,
  faults: { ...httpFaults, error: { ...errorRules(text), status: optional(httpStatus) } },
};
