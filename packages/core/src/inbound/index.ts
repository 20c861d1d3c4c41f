export { Consumer, createConsumer } from "./consumer.ts";
export type {
  ConsumerEvents,
  ConsumerHealth,
  ConsumerStats,
  Processed,
} from "./consumer-events.ts";
export type {
  ConsumerOptions,
  DeadLetterOptions,
  Decoder,
  Handler,
  HandlerContext,
  IdempotencyOptions,
  RedeliveryOptions,
  SpanHook,
} from "./consumer-options.ts";
export {
  type DeadLetter,
  type DeadLetterReason,
  type DeadLetterSink,
  type Delivery,
  type Lease,
  LeaseLostError,
  type Settlement,
} from "./delivery.ts";
export type {
  IdempotencyClaim,
  IdempotencyStore,
} from "./idempotency-store.ts";
export {
  MemoryIdempotencyStore,
  type MemoryIdempotencyStoreOptions,
} from "./memory-idempotency-store.ts";
export type {
  FetchBuffer,
  Intake,
  IntakeReservation,
  Source,
} from "./source.ts";
