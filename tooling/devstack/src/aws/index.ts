export type { ErrorFault, Faults, FaultTarget, Moment, PlannedFault } from "../faults/index.ts";
export type { HttpErrorFault } from "../http/faulty-service.ts";
export type { HttpFault } from "../http/http-fault.ts";
export { PortError } from "../ports.ts";
export type { AwsAction } from "./actions.ts";
export type { ApiRequest, BatchEntry } from "./api-request.ts";
export type { AwsFault, AwsFaults, AwsOn, AwsOnMembers } from "./faults.ts";
export { type AwsOptions, type AwsServer, type QueueContents, startAws } from "./start-aws.ts";
