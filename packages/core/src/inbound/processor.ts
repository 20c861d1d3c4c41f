import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { LinkedList } from "../kit/linked-list.ts";
import type { Troubles } from "../kit/troubles.ts";
import { withTimeout } from "../kit/waiting.ts";
import { call, isToCome } from "./call.ts";
import { beginClaim, type Claim } from "./claim.ts";
import type { ConsumerStats, Processed } from "./consumer-events.ts";
import type { ResolvedConsumerOptions, ResolvedIdempotency } from "./consumer-options.ts";
import { type Decided, type Decision, done, type Ending, forget } from "./decision.ts";
import type { DeadLetter, DeadLetterReason, Delivery, Settlement } from "./delivery.ts";
import { LeaseLostError } from "./delivery.ts";
import { classifyDecodeError, pauseAfter } from "./failure.ts";
import { callHandler } from "./handler-call.ts";
import { type Interruption, type Raced, Run } from "./run.ts";
import { settlingFault } from "./settling.ts";

/** The part of the counters that a processor keeps. Each delivery counts in exactly one of the first five. */
export type ProcessorStats = Omit<ConsumerStats, "received" | "waiting" | "running">;

/** The options that a processor needs. */
export type ProcessorOptions<D extends Delivery, Message, Result> = Omit<
  ResolvedConsumerOptions<D, Message, Result>,
  "source" | "concurrency" | "capacity"
>;

/** How a processor acts on its source, and reports. */
export interface ProcessorPorts<D extends Delivery> {
  /** Carries a settlement out: a source's own `settle`. */
  readonly settle: (delivery: D, settlement: Settlement<D>) => unknown;
  /** Gives a delivery back that was begun and not handled, because the consumer closes. */
  readonly release: (delivery: D) => unknown;
  /** What fails at present, for `health()`. */
  readonly troubles: Troubles;
}

/** What a caller of `process` can be told before the delivery is settled. */
export interface ProcessHooks {
  /** Called once when no code of the user's runs any more for this delivery, or when it is waited for no longer. */
  readonly onHandlerEnd?: (() => void) | undefined;
}

/**
 * Takes a delivery from its receipt to its settlement: decodes and validates it, makes sure that it is handled once, runs the handler, and
 * settles exactly once, whatever the handler does. Knows nothing of queues: a source hands deliveries in, and carries settlements out.
 */
export class Processor<D extends Delivery, Message = unknown, Result = unknown> {
  readonly #options: ProcessorOptions<D, Message, Result>;
  readonly #ports: ProcessorPorts<D>;
  readonly #runs = new LinkedList<Run<D>>();
  readonly #counts = {
    handled: 0,
    retried: 0,
    deadLettered: 0,
    invalid: 0,
    left: 0,
    duplicates: 0,
    abandoned: 0,
    failedSettlements: 0,
    failedDeadLetters: 0,
  };
  #undecided = 0;

  constructor(options: ProcessorOptions<D, Message, Result>, ports: ProcessorPorts<D>) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * Processes one delivery; never rejects. Resolves when it is settled and no code of the user's runs for it any more: a handler that ignores
   * its time-out is waited for, until `abandonAfterMs`.
   */
  async process(delivery: D, hooks: ProcessHooks = {}): Promise<Processed<D>> {
    return this.begin(delivery, hooks);
  }

  /** As {@link process}, but what is decoded, handled and settled without anything to wait for has been when this returns. */
  begin(delivery: D, hooks: ProcessHooks = {}): Processed<D> | Promise<Processed<D>> {
    const run = new Run(delivery, this.#options, hooks.onHandlerEnd);
    this.#runs.append(run);
    this.#undecided += 1;
    const decided = this.#decide(run);
    return isToCome(decided)
      ? decided.then((decision) => this.#decided(run, decision))
      : this.#decided(run, decided);
  }

  #decided(run: Run<D>, decision: Decision<D>): Processed<D> | Promise<Processed<D>> {
    if (!run.hasGhost) run.endUserCode();
    const carriedOut = this.#carryOut(run, decision);
    return isToCome(carriedOut)
      ? carriedOut.then((processed) => this.#end(run, processed))
      : this.#end(run, carriedOut);
  }

  #end(run: Run<D>, processed: Processed<D>): Processed<D> | Promise<Processed<D>> {
    run.stopListening();
    // Whatever came of settling: a lease that is renewed for nobody would keep the message from all others.
    run.delivery.lease?.end();
    this.#count(processed);
    this.#undecided -= 1;
    this.#options.onProcessed(processed);
    if (run.hasGhost) return this.#awaitGhost(run, processed);
    run.endUserCode();
    this.#runs.remove(run);
    return processed;
  }

  #count({ outcome, isDuplicate }: Processed<D>): void {
    this.#counts[outcome === "dead-lettered" ? "deadLettered" : outcome] += 1;
    if (isDuplicate) this.#counts.duplicates += 1;
  }

  async #awaitGhost(run: Run<D>, processed: Processed<D>): Promise<Processed<D>> {
    const { clock, abandonAfterMs, logger } = this.#options;
    if ((await run.ghostEnds(abandonAfterMs, clock)) === "abandoned") {
      this.#counts.abandoned += 1;
      logger.warn(
        { id: run.delivery.id, afterMs: abandonAfterMs },
        "A handler ignores its signal and is waited for no longer",
      );
    }
    run.endUserCode();
    this.#runs.remove(run);
    return processed;
  }

  /** Fires the signals of all handlers that run. Those that then fail are left to be released; those that succeed have succeeded. */
  abort(reason: unknown): void {
    for (const run of this.#runs) {
      run.isClosing = true;
      run.abort(reason);
    }
  }

  /** Waits for no handler any longer: what is not decided yet is left, and nothing that comes of it is settled. */
  abandon(error: WirekitError): void {
    for (const run of this.#runs) run.interrupt({ kind: "closing", error });
  }

  stats(): ProcessorStats {
    return { ...this.#counts, processing: this.#undecided };
  }

  #decide(run: Run<D>): Decided<D> {
    const { decode } = this.#options;
    const { delivery } = run;
    if (delivery.lease?.isLost) return forget(new LeaseLostError("it ended while the message waited"));
    const called = call(decode, delivery, run.context);
    if (called.kind !== "pending") return this.#decideDecoded(run, called);
    return run.race(called.promise).then((decoded) => this.#decideDecoded(run, decoded));
  }

  #decideDecoded(run: Run<D>, decoded: Raced<Message>): Decided<D> {
    const { idempotency } = this.#options;
    if (decoded.kind === "interrupted") return this.#interrupted(run, decoded.interruption);
    if (decoded.kind === "error") return this.#undecodable(run, decoded.error);

    let key: string | undefined;
    try {
      key = idempotency?.keyOf(decoded.value, run.delivery);
    } catch (thrown) {
      return this.#fail(run, thrown);
    }
    if (idempotency === undefined || key === undefined) return this.#handle(run, decoded.value);
    return this.#handleOnce(run, decoded.value, key, idempotency);
  }

  async #handleOnce(
    run: Run<D>,
    message: Message,
    key: string,
    idempotency: ResolvedIdempotency<D, Message, Result>,
  ): Promise<Decision<D>> {
    const { clock, logger } = this.#options;
    const { id } = run.delivery;
    run.watch();
    try {
      const begun = await beginClaim(idempotency.store, key, {
        ...idempotency,
        clock,
        onLost: () => run.abort(new LeaseLostError("its idempotency claim is somebody else's by now")),
        onError: (what, thrown) => {
          logger.error({ id, error: messageOf(thrown) }, `The idempotency store failed in ${what} a claim`);
          this.#ports.troubles.report("idempotency", troubleOf("The idempotency store fails", thrown));
        },
      });
      this.#ports.troubles.clear("idempotency");
      if (begun.kind === "claimed") return this.#handleClaimed(run, message, begun.claim);
      if (begun.kind === "done") return { ...done, isDuplicate: true };
      // Never acknowledged: whoever handles it may still fail, or die over it.
      return this.#retry(run, new WirekitError("The message is being handled elsewhere", inProgress));
    } catch (thrown) {
      this.#ports.troubles.report("idempotency", troubleOf("The idempotency store fails", thrown));
      // Nothing is known of the message, so that this never makes a dead letter of it.
      return this.#retry(run, WirekitError.from(thrown));
    }
  }

  #handle(run: Run<D>, message: Message): Decided<D> {
    if (run.interruption !== undefined) return this.#interrupted(run, run.interruption);
    const called = callHandler(run, message, this.#options);
    return isToCome(called)
      ? called.then(({ raced }) => this.#handled(run, raced))
      : this.#handled(run, called.raced);
  }

  #handled(run: Run<D>, raced: Raced<Result>): Decided<D> {
    if (raced.kind === "interrupted") return this.#interrupted(run, raced.interruption);
    run.endUserCode();
    return raced.kind === "error" ? this.#fail(run, raced.error) : done;
  }

  async #handleClaimed(run: Run<D>, message: Message, claim: Claim<Result>): Promise<Decision<D>> {
    if (run.interruption !== undefined) {
      await claim.abandon();
      return this.#interrupted(run, run.interruption);
    }
    const { raced, promise } = await callHandler(run, message, this.#options);
    if (raced.kind === "interrupted") {
      run.onUserCodeEnd(() => claim.letGo());
      // What the handler still comes to is not settled, but the next delivery has to know of it.
      void promise?.then(
        (result) => claim.complete(result),
        () => claim.abandon(),
      );
      return this.#interrupted(run, raced.interruption);
    }
    run.endUserCode();
    if (raced.kind === "error") {
      await claim.abandon();
      return this.#fail(run, raced.error);
    }
    await claim.complete(raced.value);
    return done;
  }

  #interrupted(run: Run<D>, { kind, error }: Interruption): Decided<D> {
    return kind === "timeout" ? this.#giveUpOrRetry(run, error) : forget(error);
  }

  #undecodable(run: Run<D>, thrown: unknown): Decided<D> {
    const { kind, error } = classifyDecodeError(thrown);
    if (run.isClosing) return { kind: "release", error };
    return kind === "invalid" ? this.#giveUp(run, "invalid", error) : this.#giveUpOrRetry(run, error);
  }

  #fail(run: Run<D>, thrown: unknown): Decided<D> {
    const error = WirekitError.from(thrown);
    if (run.isClosing) return { kind: "release", error };
    return this.#giveUpOrRetry(run, error, thrown);
  }

  #giveUpOrRetry(run: Run<D>, error: WirekitError, thrown: unknown = error): Decided<D> {
    const { maxAttempts } = this.#options.retry;
    if (this.#classify(thrown) === "dead-letter") return this.#giveUp(run, "not-retryable", error);
    if (run.delivery.attempt >= maxAttempts) return this.#giveUp(run, "attempts-exhausted", error);
    return this.#retry(run, error);
  }

  #classify(thrown: unknown): "retry" | "dead-letter" {
    try {
      return this.#options.classify(thrown);
    } catch (fault) {
      this.#options.logger.error(
        { error: messageOf(fault) },
        "The classify function has thrown; the message is retried",
      );
      return "retry";
    }
  }

  #retry({ delivery }: Run<D>, error: WirekitError): Decision<D> {
    const afterMs = pauseAfter(error, delivery.attempt, this.#options);
    return {
      kind: "settle",
      outcome: "retried",
      settlement: { kind: "retry", afterMs },
      error,
    };
  }

  async #giveUp(run: Run<D>, reason: DeadLetterReason, error: WirekitError): Promise<Decision<D>> {
    const { deadLetter, whenInvalid, clock, logger } = this.#options;
    const { delivery } = run;
    const record: DeadLetter<D> = {
      delivery,
      reason,
      error,
      failedAt: clock.now(),
    };
    const isInvalid = reason === "invalid";
    if (deadLetter === undefined || (isInvalid && whenInvalid === "leave")) {
      const settlement = { kind: "leave", record } as const;
      return {
        kind: "settle",
        outcome: isInvalid ? "invalid" : "left",
        settlement,
        error,
      };
    }
    try {
      const { sink, timeoutMs } = deadLetter;
      await withTimeout("The dead-letter sink", async (signal) => sink(record, { signal }), {
        timeoutMs,
        clock,
      });
      this.#ports.troubles.clear("dead letters");
    } catch (thrown) {
      this.#counts.failedDeadLetters += 1;
      this.#ports.troubles.report("dead letters", troubleOf("Dead letters cannot be written", thrown));
      logger.error(
        { id: delivery.id, error: messageOf(thrown) },
        "A dead letter could not be written; the message is retried",
      );
      return this.#retry(run, WirekitError.from(thrown));
    }
    const settlement = { kind: "dead-letter", record } as const;
    return {
      kind: "settle",
      outcome: isInvalid ? "invalid" : "dead-lettered",
      settlement,
      error,
    };
  }

  #carryOut(run: Run<D>, decision: Decision<D>): Processed<D> | Promise<Processed<D>> {
    const { settle, release, troubles } = this.#ports;
    const { delivery } = run;
    // What was done for a message that somebody else has by now is not acknowledged.
    if (run.interruption?.kind === "lease-lost" || delivery.lease?.isLost) {
      const error = run.leaseLoss ?? new LeaseLostError("it ended before the message was settled");
      return this.#ended(run, { outcome: "left", error });
    }
    if (decision.kind === "forget") return this.#ended(run, { outcome: "left", error: decision.error });
    const isRelease = decision.kind === "release";
    const called = isRelease ? call(release, delivery) : call(settle, delivery, decision.settlement);
    const ending: Ending<D> = isRelease ? { outcome: "left", error: decision.error } : decision;
    if (called.kind === "value") {
      troubles.clear("settling");
      return this.#ended(run, ending);
    }
    return settlingFault(called, delivery, this.#options).then((fault) => {
      if (fault === undefined) {
        troubles.clear("settling");
        return this.#ended(run, ending);
      }
      troubles.report("settling", troubleOf("Messages cannot be settled", fault));
      this.#counts.failedSettlements += 1;
      return this.#ended(run, { outcome: "left", error: fault });
    });
  }

  #ended(run: Run<D>, { outcome, settlement, error, isDuplicate = false }: Ending<D>): Processed<D> {
    const durationMs = this.#options.clock.monotonic() - run.startedAt;
    return {
      delivery: run.delivery,
      outcome,
      settlement,
      error,
      isDuplicate,
      durationMs,
    };
  }
}

const inProgress = { code: "wirekit/in-progress", retryable: true } as const;

/** A reason for `health()`. The text of an error that is not ours may quote a message, so that it is not shown. */
function troubleOf(what: string, thrown: unknown): WirekitError {
  const error = WirekitError.from(thrown);
  const why = error.code === "wirekit/unknown" ? "" : `: ${error.message}`;
  return new WirekitError(`${what}${why}`, { code: error.code, cause: error });
}
