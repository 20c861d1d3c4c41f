export type {
  DeadLetter,
  DeadLetterReason,
  DeadLetterSink,
  Delivery,
  Lease,
  Settlement,
} from "./delivery.ts";
export { LeaseLostError } from "./lease-lost-error.ts";
export {
  type LeaseRenewal,
  type LeaseRenewalResult,
  type LeaseStats,
  Leases,
  type LeasesOptions,
  type OwnedLease,
} from "./leases.ts";
export type { ReservationRequest } from "./places.ts";
export type { Place, Reservation, Slot, SlotsOptions, Undone } from "./slot-types.ts";
export { Slots } from "./slots.ts";
