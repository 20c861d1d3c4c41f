import { type LeaseRenewal, type LeaseRenewalResult, Leases } from "@wirekit/core/inbound";

declare function changeVisibility(batch: readonly LeaseRenewal<string>[]): Promise<LeaseRenewalResult[]>;

const leases = new Leases<string>({
  durationMs: 30_000,
  maxTotalMs: 12 * 3_600_000,
  renew: (batch) => changeVisibility(batch),
});

const lease = leases.start("receipt handle");
lease.onLost((reason) => console.warn(reason.message));
lease.end();
