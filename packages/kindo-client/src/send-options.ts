import type { WaitOptions } from "@wirekit/core";
import type { SendManyProgress } from "./outcome.ts";
import type { ConnectionCounts } from "./transports/producer-transport.ts";

/** What one send can be given. */
export interface SendOptions extends WaitOptions {
  /** Goes out as the `Idempotency-Key` header, with every retry of this send. Not possible with an ARN. */
  readonly idempotencyKey?: string | undefined;
}

/** The service has accepted a message. */
export interface SendReceipt {
  /** The service's id for it. */
  readonly trackingId: string;
  /** How often it was sent: more than 1 means that it may have arrived twice. */
  readonly attempts: number;
}

/** What sending many can be given. `timeoutMs` is for each message; `signal` ends it all. */
export interface SendStreamOptions extends WaitOptions {
  /** Messages on their way at a time. Default 16. */
  readonly concurrency?: number | undefined;
}

/** What sending many, with a report at the end, can be given. */
export interface SendManyOptions extends SendStreamOptions {
  /** Told after every message. */
  readonly onProgress?: ((progress: SendManyProgress) => void) | undefined;
}

/** What a client has done so far, and what it is doing. */
export interface KindoStats {
  /** Messages that the service has accepted. */
  readonly delivered: number;
  /** Sends that failed, aborted ones included. */
  readonly failed: number;
  /** Sends that are under way. */
  readonly inFlight: number;
  /** Connections to the service; absent where something else holds them (`fetch`, the AWS SDK). */
  readonly connections: ConnectionCounts | undefined;
}

/** What closing a client left undone. */
export interface KindoLeft {
  /** Sends that were cut off; each of them was rejected. */
  readonly left: number;
}
