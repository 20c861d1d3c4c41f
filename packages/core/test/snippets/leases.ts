import { Leases } from "@wirekit/core/kit";

const leases = new Leases<string>({
  durationMs: 200,
  maxTotalMs: 12 * 3_600_000,
  // One request for all that are due; here the queue has given the message to somebody else.
  renew: async (batch) => batch.map(({ subject }) => ({ kind: subject === "handle 1" ? "lost" : "renewed" })),
});

const lease = leases.start("handle 1");
const other = leases.start("handle 2");
await new Promise<void>((resolve) => {
  lease.onLost((reason) => {
    console.log(reason.message); // prints: The lease is lost: the peer does not renew it
    resolve();
  });
});
console.log(lease.isLost, other.isLost); // prints: true false
other.end();
