export { Batcher } from "./batcher.ts";
export type { BatchOutcome, Settle } from "./entry.ts";
export type { BatchEntry, BatcherOptions, BatchRetry, EntryResult, Flush } from "./options.ts";
export type { BatcherStats } from "./stats.ts";
export { utf8Length } from "./utf8-length.ts";
