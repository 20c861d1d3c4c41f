import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { limitTime } from "../kit/limit-time.ts";
import { LinkedList } from "../kit/linked-list.ts";
import type { Troubles } from "../kit/troubles.ts";
import { type CallResult, call, type Interruption, isPending } from "./call.ts";
import { callHandler } from "./call-handler.ts";
import { Claim } from "./claim.ts";
import { Claims } from "./claims.ts";
import type { ConsumerStats, Processed } from "./consumer-events.ts";
import type { ResolvedConsumerOptions } from "./consumer-options.ts";
import { DeadLetterWriting } from "./dead-letter-writing.ts";
import { type Delivery, LeaseLostError, type Settlement } from "./delivery.ts";
import { DeliveryRun, type RunSlot } from "./delivery-run.ts";
import { type Decision, done, Failures, leave, release, troubleOf } from "./failures.ts";

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

type MaybePending<T> = T | Promise<T>;

/**
 * Takes a delivery from its receipt to its settlement: decodes and validates it, makes sure that it is
 * handled once, runs the handler, and settles exactly once, whatever the handler does. Knows nothing of
 * queues: a source hands deliveries in, and carries settlements out.
 */
export class Processor<D extends Delivery, Message = unknown, Result = unknown> {
  readonly #options: ProcessorOptions<D, Message, Result>;
  readonly #ports: ProcessorPorts<D>;
  readonly #failures: Failures<D>;
  readonly #letters: DeadLetterWriting<D>;
  readonly #claims: Claims<D, Message, Result>;
  readonly #runs = new LinkedList<DeliveryRun<D>>();
  readonly #counts = {
    handled: 0,
    retried: 0,
    deadLettered: 0,
    invalid: 0,
    left: 0,
    duplicates: 0,
    abandoned: 0,
    failedSettlements: 0,
  };
  #processing = 0;

  constructor(options: ProcessorOptions<D, Message, Result>, ports: ProcessorPorts<D>) {
    this.#options = options;
    this.#ports = ports;
    this.#failures = new Failures(options);
    this.#letters = new DeadLetterWriting(options, this.#failures, ports.troubles);
    this.#claims = new Claims(options, this.#failures, ports.troubles);
  }

  /**
   * Processes one delivery; never throws or rejects. Returns at once if nothing had to be waited for; else
   * resolves when the delivery is settled and no function of the user's runs for it any more. A handler that
   * ignores its time-out is waited for, until `abandonAfterMs`.
   *
   * @param slot is released once when no function of the user's runs any more, or it is given up: before the
   * settlement.
   */
  process(delivery: D, slot?: RunSlot): MaybePending<Processed<D>> {
    const run = new DeliveryRun(delivery, this.#options, slot);
    this.#runs.append(run);
    this.#processing += 1;
    const decision = this.#decode(run);
    return isPending(decision)
      ? decision.then((later) => this.#settle(run, later))
      : this.#settle(run, decision);
  }

  /** The consumer closes: dead letters that cannot be written are waited for no longer. */
  beginClosing(): void {
    this.#letters.close();
  }

  /**
   * Fires the signals of all handlers that run. If they then fail, their messages are released; if they
   * succeed, settled.
   */
  abort(reason: unknown): void {
    for (const run of this.#runs) {
      run.isClosing = true;
      run.abort(reason);
    }
  }

  /**
   * Gives up all handlers that run: their deliveries are left, and whatever they still come to is not
   * settled.
   */
  abandon(error: WirekitError): void {
    for (const run of this.#runs) run.interrupt({ kind: "closing", error });
  }

  stats(): ProcessorStats {
    return { ...this.#counts, failedDeadLetters: this.#letters.failed, processing: this.#processing };
  }

  #decode(run: DeliveryRun<D>): MaybePending<Decision<D>> {
    const { delivery, context } = run;
    if (delivery.lease?.isLost) return leave(new LeaseLostError("it ended while the message waited"));
    const called = call(this.#options.decode, delivery, context);
    return isPending(called)
      ? run.waitFor(called).then((decoded) => this.#handle(run, decoded))
      : this.#handle(run, called);
  }

  #handle(run: DeliveryRun<D>, decoded: CallResult<Message>): MaybePending<Decision<D>> {
    const { delivery } = run;
    if (decoded.kind === "interrupted") return this.#judgeInterruption(run, decoded.interruption);
    if (decoded.kind === "error") {
      return run.isClosing
        ? release(WirekitError.from(decoded.error))
        : this.#failures.judgeDecoding(delivery, decoded.error);
    }
    const { idempotency } = this.#options;
    let key: string | undefined;
    try {
      key = idempotency?.keyOf(decoded.value, delivery);
    } catch (thrown) {
      return this.#judge(run, { kind: "error", error: thrown });
    }
    if (key !== undefined) return this.#handleOnce(run, decoded.value, key);
    if (run.interruption !== undefined) return this.#judgeInterruption(run, run.interruption);
    const givenUp = this.#failures.onlyToWrite(delivery);
    if (givenUp !== undefined) return givenUp;
    const called = callHandler(run, decoded.value, this.#options);
    return isPending(called) ? called.then((result) => this.#judge(run, result)) : this.#judge(run, called);
  }

  async #handleOnce(run: DeliveryRun<D>, message: Message, key: string): Promise<Decision<D>> {
    const claim = await this.#claims.begin(run, key);
    return claim instanceof Claim ? this.#handleClaimed(run, message, claim) : claim;
  }

  async #handleClaimed(run: DeliveryRun<D>, message: Message, claim: Claim<Result>): Promise<Decision<D>> {
    const { interruption, delivery } = run;
    const unhandled =
      interruption === undefined
        ? this.#failures.onlyToWrite(delivery)
        : this.#judgeInterruption(run, interruption);
    if (unhandled !== undefined) {
      await claim.abandon();
      return unhandled;
    }
    const result = await callHandler(run, message, this.#options);
    if (result.kind === "interrupted") {
      run.onHandlerEnd(() => claim.letGo());
      // What the handler still comes to is not settled, but the next delivery has to know of it.
      void result.lateResult?.then(
        (value) => claim.complete(value),
        () => claim.abandon(),
      );
      return this.#judge(run, result);
    }
    run.handlerEnded();
    await (result.kind === "value" ? claim.complete(result.value) : claim.abandon());
    return this.#judge(run, result);
  }

  #judge(run: DeliveryRun<D>, result: CallResult<Result>): Decision<D> {
    if (result.kind === "interrupted") return this.#judgeInterruption(run, result.interruption);
    run.handlerEnded();
    if (result.kind === "value") return done;
    if (run.isClosing) return release(WirekitError.from(result.error));
    return this.#failures.judge(run.delivery, result.error);
  }

  #judgeInterruption(run: DeliveryRun<D>, { kind, error }: Interruption): Decision<D> {
    return kind === "timeout" ? this.#failures.judge(run.delivery, error) : leave(error);
  }

  #settle(run: DeliveryRun<D>, decision: Decision<D>): MaybePending<Processed<D>> {
    const { settlement } = decision;
    if (!run.isHandlerRunning) run.handlerEnded();
    if (settlement === undefined || settlement === "release" || settlement.kind !== "dead-letter") {
      return this.#carryOut(run, decision);
    }
    return this.#letters.write(run, settlement.record).then((ending) => this.#carryOut(run, ending));
  }

  #carryOut(run: DeliveryRun<D>, decision: Decision<D>): MaybePending<Processed<D>> {
    const { settle, release: giveBack, troubles } = this.#ports;
    const { delivery } = run;
    const { settlement } = decision;
    // What was done for a message that another consumer has by now is not acknowledged.
    if (run.isLeaseLost) {
      return this.#finish(run, leave(run.leaseLoss ?? new LeaseLostError("it ended before the settlement")));
    }
    if (settlement === undefined) return this.#finish(run, decision);
    const called = settlement === "release" ? call(giveBack, delivery) : call(settle, delivery, settlement);
    if (!isPending(called) && called.kind === "value") {
      troubles.clear("settling");
      return this.#finish(run, decision);
    }
    return this.#settlingFault(called, delivery).then((fault) =>
      this.#finish(run, fault === undefined ? decision : leave(fault)),
    );
  }

  /** Waits for a settlement. Returns why it failed, if it did. */
  async #settlingFault(
    called: CallResult<unknown> | Promise<unknown>,
    { id }: D,
  ): Promise<WirekitError | undefined> {
    const { clock, settleTimeoutMs: timeoutMs, logger } = this.#options;
    const { troubles } = this.#ports;
    try {
      if (isPending(called)) await limitTime("Settling", called, { timeoutMs, clock });
      else if (called.kind === "error") throw called.error;
      troubles.clear("settling");
      return undefined;
    } catch (thrown) {
      this.#counts.failedSettlements += 1;
      troubles.report("settling", troubleOf("Messages cannot be settled", thrown));
      logger.error(
        { id, error: messageOf(thrown) },
        "A message could not be settled, and will be delivered again",
      );
      return WirekitError.from(thrown);
    }
  }

  #finish(run: DeliveryRun<D>, decision: Decision<D>): MaybePending<Processed<D>> {
    const { delivery, startedAt } = run;
    const { outcome, settlement, error, isDuplicate = false } = decision;
    const processed: Processed<D> = {
      delivery,
      outcome,
      settlement: settlement === "release" ? undefined : settlement,
      error,
      isDuplicate,
      durationMs: this.#options.clock.monotonic() - startedAt,
    };
    run.stopListening();
    // Whatever came of settling: a lease that is still renewed would keep the message from everybody.
    delivery.lease?.end();
    this.#counts[outcome === "dead-lettered" ? "deadLettered" : outcome] += 1;
    if (isDuplicate) this.#counts.duplicates += 1;
    this.#processing -= 1;
    this.#options.onProcessed(processed);
    if (run.isHandlerRunning) return this.#finishAfterHandler(run, processed);
    run.handlerEnded();
    this.#runs.remove(run);
    return processed;
  }

  async #finishAfterHandler(run: DeliveryRun<D>, processed: Processed<D>): Promise<Processed<D>> {
    const { clock, abandonAfterMs, logger } = this.#options;
    if ((await run.handlerEnds(abandonAfterMs, clock)) === "abandoned") {
      this.#counts.abandoned += 1;
      const fields = { id: run.delivery.id, afterMs: abandonAfterMs };
      logger.warn(fields, "A handler ignores its signal and is waited for no longer");
    }
    run.handlerEnded();
    this.#runs.remove(run);
    return processed;
  }
}
