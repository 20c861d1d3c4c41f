export type {
  BadEnv,
  ClientHarness,
  ClientOptions,
  ConformancePeer,
  OptionNames,
  PeerBehaviour,
} from "./client/harness.ts";
export { clientConformance } from "./client-conformance.ts";
export type { ConformanceCase } from "./conformance-case.ts";
export { type Deferred, deferred } from "./deferred.ts";
export {
  type IdempotencyStoreConformanceOptions,
  idempotencyStoreConformance,
  type StoreUnderTest,
} from "./idempotency-store-conformance.ts";
export { ManualClock } from "./manual-clock.ts";
export { type LogLine, type RecordingLogger, recordingLogger } from "./recording-logger.ts";
export type { PlacedMessage, SourceConformanceOptions, SourcePlace } from "./source/place.ts";
export { sourceConformance } from "./source-conformance.ts";
export { type UntilOptions, until } from "./until.ts";
