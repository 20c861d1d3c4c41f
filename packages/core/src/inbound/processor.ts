import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { LinkedList } from "../kit/linked-list.ts";
import { withTimeout } from "../kit/waiting.ts";
import { call, isToCome } from "./call.ts";
import { beginClaim, type Claim } from "./claim.ts";
import { type Decided, type Decision, done, type Ending, forget } from "./decision.ts";
import type { DeadLetter, DeadLetterReason, Delivery } from "./delivery.ts";
import { classifyDecodeError, pauseAfter } from "./failure.ts";
import { callHandler } from "./handler-call.ts";
import { LeaseLostError } from "./lease-lost-error.ts";
import {
  type Processed,
  type ProcessorOptions,
  type ResolvedIdempotency,
  type ResolvedProcessorOptions,
  resolveProcessorOptions,
} from "./processor-options.ts";
import { countProcessed, noCounts, type ProcessorStats } from "./processor-stats.ts";
import { type Interruption, type Raced, Run } from "./run.ts";
import { settlingFault } from "./settling.ts";

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
  readonly #options: ResolvedProcessorOptions<D, Message, Result>;
  readonly #runs = new LinkedList<Run<D>>();
  readonly #counts = noCounts();
  #undecided = 0;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: ProcessorOptions<D, Message, Result>) {
    this.#options = resolveProcessorOptions(options);
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
    countProcessed(this.#counts, processed);
    this.#undecided -= 1;
    this.#options.onProcessed(processed);
    if (run.hasGhost) return this.#awaitGhost(run, processed);
    run.endUserCode();
    this.#runs.remove(run);
    return processed;
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
        },
      });
      if (begun.kind === "claimed") return this.#handleClaimed(run, message, begun.claim);
      if (begun.kind === "done") return { ...done, isDuplicate: true };
      // Never acknowledged: whoever handles it may still fail, or die over it.
      return this.#retry(run, new WirekitError("The message is being handled elsewhere", inProgress));
    } catch (thrown) {
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
    const { maxAttempts } = this.#options;
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
    return { kind: "settle", outcome: "retried", settlement: { kind: "retry", afterMs }, error };
  }

  async #giveUp(run: Run<D>, reason: DeadLetterReason, error: WirekitError): Promise<Decision<D>> {
    const { deadLetterSink, whenInvalid, sinkTimeoutMs: timeoutMs, clock, logger } = this.#options;
    const { delivery } = run;
    const record: DeadLetter<D> = { delivery, reason, error, failedAt: clock.now() };
    const isInvalid = reason === "invalid";
    if (deadLetterSink === undefined || (isInvalid && whenInvalid === "leave")) {
      const settlement = { kind: "leave", record } as const;
      return { kind: "settle", outcome: isInvalid ? "invalid" : "left", settlement, error };
    }
    try {
      await withTimeout("The dead-letter sink", async (signal) => deadLetterSink(record, { signal }), {
        timeoutMs,
        clock,
      });
    } catch (thrown) {
      this.#counts.failedDeadLetters += 1;
      logger.error(
        { id: delivery.id, error: messageOf(thrown) },
        "A dead letter could not be written; the message is retried",
      );
      return this.#retry(run, WirekitError.from(thrown));
    }
    const settlement = { kind: "dead-letter", record } as const;
    return { kind: "settle", outcome: isInvalid ? "invalid" : "dead-lettered", settlement, error };
  }

  #carryOut(run: Run<D>, decision: Decision<D>): Processed<D> | Promise<Processed<D>> {
    const { settle, release } = this.#options;
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
    if (called.kind === "value") return this.#ended(run, ending);
    return settlingFault(called, delivery, this.#options).then((fault) => {
      if (fault === undefined) return this.#ended(run, ending);
      this.#counts.failedSettlements += 1;
      return this.#ended(run, { outcome: "left", error: fault });
    });
  }

  #ended(run: Run<D>, { outcome, settlement, error, isDuplicate = false }: Ending<D>): Processed<D> {
    const durationMs = this.#options.clock.monotonic() - run.startedAt;
    return { delivery: run.delivery, outcome, settlement, error, isDuplicate, durationMs };
  }
}

const inProgress = { code: "wirekit/in-progress", retryable: true } as const;
