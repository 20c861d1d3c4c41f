import type { Client } from "../contract.ts";
import { bulkCases } from "./client/bulk-cases.ts";
import { closingCases } from "./client/closing-cases.ts";
import { constructionCases } from "./client/construction-cases.ts";
import type { ClientHarness, ConformancePeer } from "./client/harness.ts";
import { observingCases } from "./client/observing-cases.ts";
import { sendingCases } from "./client/sending-cases.ts";
import type { ConformanceCase } from "./conformance-case.ts";

/**
 * The contract of clients as a suite: construction, sending, closing, counters, health and observers, against
 * peers that work, never answer, break connections, cannot be reached, and answer after the close.
 *
 * ```ts
 * for (const { name, run } of clientConformance(harness)) test(name, run);
 * ```
 */
export function clientConformance<C extends Client<unknown>, Peer extends ConformancePeer>(
  harness: ClientHarness<C, Peer>,
): ConformanceCase[] {
  return [
    ...constructionCases(harness),
    ...sendingCases(harness),
    ...bulkCases(harness),
    ...closingCases(harness),
    ...observingCases(harness),
  ];
}
