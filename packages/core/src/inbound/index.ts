export { Consumer, createConsumer } from "./consumer.ts";
export type {
  ConsumerCloseReport,
  ConsumerEvents,
  ConsumerHealth,
  ConsumerOptions,
  ConsumerStats,
} from "./consumer-options.ts";
export type {
  DeadLetter,
  DeadLetterReason,
  DeadLetterSink,
  Delivery,
  Lease,
  Settlement,
} from "./delivery.ts";
export type { IdempotencyClaim, IdempotencyStore } from "./idempotency-store.ts";
export { LazySource, type LazySourceOptions } from "./lazy-source.ts";
export { LeaseLostError } from "./lease-lost-error.ts";
export {
  type LeaseRenewal,
  type LeaseRenewalResult,
  type LeaseStats,
  Leases,
  type LeasesOptions,
} from "./leases.ts";
export { MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from "./memory-idempotency-store.ts";
export type { ReservationRequest } from "./places.ts";
export { type ProcessHooks, Processor } from "./processor.ts";
export type {
  Decoder,
  Handler,
  HandlerContext,
  IdempotencyOptions,
  Processed,
  ProcessorOptions,
  SpanHook,
} from "./processor-options.ts";
export type { ProcessorStats } from "./processor-stats.ts";
export type { Backlog, Place, Reservation, Slot, SlotsOptions, Undone } from "./slot-types.ts";
export { Slots } from "./slots.ts";
export type { Intake, IntakeReservation, Source } from "./source.ts";
