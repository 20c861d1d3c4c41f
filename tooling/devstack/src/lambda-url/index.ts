export type { Answer, AnswerBody } from "../http/answer.ts";
export type {
  BodyDelivery,
  Fault,
  FaultScope,
  FaultStep,
  Faults,
  MatchedRequest,
  Moment,
  ScriptedFault,
} from "../http/fault.ts";
export type { TrafficCounters } from "../http/http-server.ts";
export type { ReceivedRequest, RequestHead } from "../http/received-request.ts";
export type { InvokeShape } from "./invoke.ts";
export {
  type CheckedRequest,
  type LambdaUrlOptions,
  type LambdaUrlServer,
  startLambdaUrl,
} from "./lambda-url.ts";
export type { StoredMessage } from "./message-store.ts";
export {
  credentialsExpired,
  invokeReturns,
  invokeThrows,
  malformedJson,
  noTrackingId,
  redirect,
  throttled,
} from "./recipes.ts";
export type { Credentials } from "./sigv4/credentials.ts";
export type { RefusalReason, SignatureVerdict } from "./sigv4/refusal.ts";
