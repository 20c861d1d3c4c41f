export type { CommonFault, ErrorFault, Faults, FaultTarget, Moment, PlannedFault } from "./fault.ts";
