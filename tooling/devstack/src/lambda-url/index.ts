export type { CommonFault, ErrorFault, Faults, FaultTarget, Moment, PlannedFault } from "../faults/index.ts";
export type { Answer, AnswerBody } from "../http/answer.ts";
export type { HttpErrorFault } from "../http/faulty-service.ts";
export type { BodyFault, HttpFault, HttpOn, HttpOnMembers, MatchedRequest } from "../http/http-fault.ts";
export type { TrafficCounters } from "../http/http-server.ts";
export type { ReceivedRequest, RequestHead } from "../http/received-request.ts";
export { PortError } from "../ports.ts";
export type { LambdaUrlFault } from "./faults.ts";
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
