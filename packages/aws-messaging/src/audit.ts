import type { Clock, Logger } from "@wirekit/core";
import { loggedListener } from "@wirekit/core/kit";

/** One thing that happened to one message: ids, sizes and durations, never a body. */
export interface AuditRecord {
  readonly event: AuditEvent;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** The topic's logical name, for what was published. */
  readonly topic?: string | undefined;
  /** The queue's name, for what was consumed. */
  readonly queue?: string | undefined;
  readonly messageId?: string | undefined;
  /** Body and attributes of what was published, the body of what was received. */
  readonly bytes?: number | undefined;
  /** From the call to SNS's answer, or from the start of handling to the settlement. */
  readonly durationMs?: number | undefined;
  /** Which delivery of the message it was; 1 for the first. */
  readonly attempt?: number | undefined;
  /** The error's stable code, where there is one. */
  readonly errorCode?: string | undefined;
}

/**
 * Publishing ends in one of the first two; a delivery is recorded as `delivered`, and once more with its
 * outcome.
 */
export type AuditEvent =
  | "published"
  | "publish-failed"
  | "delivered"
  | "handled"
  | "retried"
  | "dead-lettered"
  | "invalid"
  | "left";

/** Where audit records go. Called synchronously; what it throws is logged and changes nothing. */
export type AuditHook = (record: AuditRecord) => void;

/** Writes one record at the present time, and never throws. */
export type WriteAudit = (record: Omit<AuditRecord, "at">) => void;

/** What writes to `audit`, where the program has one. */
export function auditWriter(
  audit: AuditHook | undefined,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): WriteAudit | undefined {
  if (audit === undefined) return undefined;
  const tell = loggedListener("The audit hook", audit, logger);
  return (record) => tell({ at: clock.now(), ...record });
}
