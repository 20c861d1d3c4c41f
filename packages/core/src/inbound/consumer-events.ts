import type { Clock } from "../clock.ts";
import type { Health } from "../contract.ts";
import { messageOf, type WirekitError } from "../errors/wirekit-error.ts";
import type { Troubles } from "../kit/troubles.ts";
import type { TypedEvents } from "../kit/typed-events.ts";
import type { Logger } from "../logger.ts";
import type { HandleOutcome } from "../outcome.ts";
import type { Delivery, Settlement } from "./delivery.ts";
import type { Source } from "./source.ts";

/** What became of one delivery: for counters, logs and audit. Carries no body of its own. */
export interface Processed<D extends Delivery = Delivery> {
  readonly delivery: D;
  readonly outcome: HandleOutcome;
  /**
   * How the source settled it. Absent if it did not: the lease was lost, settling failed, or the consumer
   * closes.
   */
  readonly settlement?: Settlement<D> | undefined;
  /** Why it is not handled. */
  readonly error?: WirekitError | undefined;
  /** Handled by an earlier delivery, so that the handler was not called. */
  readonly isDuplicate: boolean;
  /** From the start of decoding to the settlement. */
  readonly durationMs: number;
}

/** The events of a consumer. */
export interface ConsumerEvents<D extends Delivery> {
  /** A delivery has come to its end. */
  readonly processed: Processed<D>;
  /** The source cannot receive, and goes on trying. Emitted once for each change of state. */
  readonly fault: { readonly error: WirekitError };
  /** The source receives again. */
  readonly recovered: { readonly afterMs: number };
  /** The consumer has ended: with an error when it stopped by itself. */
  readonly stopped: { readonly error?: WirekitError | undefined };
}

/**
 * What a consumer has done since it was made, and what it holds. At any time `received` is the sum of the
 * five outcomes, of `waiting` and of `processing`.
 */
export interface ConsumerStats {
  readonly received: number;
  readonly handled: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly invalid: number;
  /**
   * Neither handled nor given back: the lease was lost, the consumer closed, settling failed, or it was given
   * up without a place for dead letters that takes it.
   */
  readonly left: number;
  /** Waiting for a slot, for their key, or for the time of their retry. */
  readonly waiting: number;
  /** Begun, and not settled yet. */
  readonly processing: number;
  /** Slots that are taken; also by a handler that ignores its time-out. */
  readonly running: number;
  /** Of those handled: by an earlier delivery. */
  readonly duplicates: number;
  /** Handlers that ignored their signal, and whose slot was given to others in the end. */
  readonly abandoned: number;
  readonly failedSettlements: number;
  /** Tries to write a dead letter that failed. Only the writing is tried again. */
  readonly failedDeadLetters: number;
}

/**
 * How a consumer is. `reasons` name what fails at present: receiving, settling, giving back, dead letters,
 * the idempotency store.
 */
export interface ConsumerHealth extends Health {
  /** What the source says of itself: lag, assignment, last receive. */
  readonly source: Readonly<Record<string, unknown>>;
}

/** What a source says of itself; if it throws, why. */
export function detailsOf(source: Pick<Source<never>, "details">): Readonly<Record<string, unknown>> {
  try {
    return source.details?.() ?? {};
  } catch (thrown) {
    return { error: messageOf(thrown) };
  }
}

/** Logs ids and errors; never a body, and never a key, which may be a customer's number. */
export function logProcessed(
  logger: Logger,
  { delivery, outcome, settlement, error }: Processed<Delivery>,
): void {
  if (outcome === "handled") return;
  const fields = { id: delivery.id, attempt: delivery.attempt, code: error?.code, error: error?.message };
  if (outcome === "retried") {
    const afterMs = settlement?.kind === "retry" ? settlement.afterMs : undefined;
    logger.warn({ ...fields, afterMs }, "A message was not handled and is delivered again");
  }
  if (outcome === "dead-lettered")
    logger.error(fields, "A message was given up and written to the dead-letter target");
  if (outcome === "invalid") logger.error(fields, `An invalid message ${whereTo(settlement)}`);
  if (outcome === "left" && settlement?.kind === "leave") {
    const why =
      settlement.sinkError === undefined
        ? "there is no dead-letter target"
        : `its dead letter cannot be written: ${settlement.sinkError.message}`;
    logger.error(fields, `A message was given up, and is left to the queue: ${why}`);
  } else if (outcome === "left") logger.warn(fields, "A message was not handled here");
}

/**
 * Logs one line, however many there are: tens of thousands may wait in a source that holds its messages
 * itself.
 */
export function logLeft(logger: Logger, deliveries: readonly Delivery[], error: WirekitError): void {
  const [first] = deliveries;
  if (first === undefined) return;
  const fields = { count: deliveries.length, firstId: first.id, code: error.code, error: error.message };
  logger.warn(fields, "Messages were not handled here: they left before their turn");
}

function whereTo(settlement: Processed<Delivery>["settlement"]): string {
  if (settlement?.kind === "dead-letter") return "was written to the dead-letter target";
  const sinkError = settlement?.kind === "leave" ? settlement.sinkError : undefined;
  const why = sinkError === undefined ? "" : `: its dead letter cannot be written: ${sinkError.message}`;
  return `is left to the queue${why}`;
}

/** The area of `Troubles` for receives that fail. */
export const receiving = "receiving";

/** The area of `Troubles` for messages that cannot be released. */
export const givingBack = "giving back";

/** Reports that a source cannot receive, and that it can again: once for each change of state. */
export class ReceiveFaults<D extends Delivery> {
  readonly #ports: ReceiveFaultPorts<D>;
  #current: { readonly error: WirekitError; readonly since: number } | undefined;

  constructor(ports: ReceiveFaultPorts<D>) {
    this.#ports = ports;
  }

  /** @param area what fails beside receiving: only `health()` shows it. */
  report(error: WirekitError, area?: string): void {
    const { troubles, events, logger, clock } = this.#ports;
    if (area !== undefined) return void troubles.report(area, error);
    const known = this.#current;
    this.#current = { error, since: known?.since ?? clock.monotonic() };
    troubles.report(receiving, error);
    if (known?.error.code === error.code && known.error.message === error.message) return;
    logger.warn({ code: error.code, error: error.message }, "Receiving fails, and is tried again");
    events.emit("fault", { error });
  }

  clear(area?: string): void {
    const { troubles, events, logger, clock } = this.#ports;
    if (area !== undefined) return void troubles.clear(area);
    if (this.#current === undefined) return;
    const afterMs = clock.monotonic() - this.#current.since;
    this.#current = undefined;
    troubles.clear(receiving);
    logger.info({ afterMs }, "Receiving works again");
    events.emit("recovered", { afterMs });
  }
}

interface ReceiveFaultPorts<D extends Delivery> {
  readonly troubles: Troubles;
  readonly events: TypedEvents<ConsumerEvents<D>>;
  readonly logger: Logger;
  readonly clock: Clock;
}
