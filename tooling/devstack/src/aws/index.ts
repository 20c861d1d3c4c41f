export type { ApiRequest, BatchEntry } from "./api-request.ts";
export type { Fault, Faults, FaultTarget, PlannedFault } from "./faults.ts";
export { type AwsServer, type QueueContents, startAws } from "./start-aws.ts";
