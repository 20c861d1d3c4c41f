import { Patience } from "../aws/patience.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import type { Intake, IntakeReservation, Settlement, Source } from "../inbound/index.ts";
import { type LeaseRenewal, type LeaseRenewalResult, Leases } from "../inbound/leases.ts";
import type { Deadline } from "../kit/deadline.ts";
import { anySignal, sleep, withTimeout } from "../kit/waiting.ts";
import { maxLeaseMs, type SqsMessage } from "./sqs-api.ts";
import { readSqsMessage, type SqsDelivery } from "./sqs-delivery.ts";
import { SqsSettler } from "./sqs-settler.ts";
import {
  type ResolvedSqsSourceOptions,
  resolveSqsSourceOptions,
  type SqsSourceOptions,
} from "./sqs-source-options.ts";

/** A lease lasts 12 hours after the receive, the time until the settlement included. */
const longestPauseMs = maxLeaseMs - 60 * 60 * 1000;

/** What fails in `health()` when leases cannot be renewed. */
const renewing = "renewing leases";

/**
 * Receives from one queue and settles there. Messages are leased from the moment of the receive, so that one
 * that waits behind a slow one is not handed to another consumer.
 */
export class SqsSource<D extends SqsDelivery = SqsDelivery> implements Source<D> {
  readonly redelivery = "by-queue";
  readonly #options: ResolvedSqsSourceOptions;
  readonly #toDelivery: (delivery: SqsDelivery) => D;
  readonly #settler: SqsSettler;
  readonly #leases: Leases<string>;
  readonly #patience: Patience;
  #intake: Intake<D> | undefined;
  #receives = 0;
  #lastReceivedAt: number | undefined;

  /** @throws ConfigError naming every option at fault. */
  constructor({ toDelivery, ...options }: SqsSourceOptions<D>) {
    // Without it a delivery is what it is by default: nothing but what this source knows.
    this.#toDelivery = toDelivery ?? ((delivery) => delivery as D);
    this.#options = resolveSqsSourceOptions(options);
    const { sqs, queueUrl, settleLingerMs: lingerMs, visibilityTimeoutMs, retry, timeoutMs } = this.#options;
    const { logger, clock, random } = this.#options;
    this.#patience = new Patience(random);
    this.#settler = new SqsSettler({ sqs, queueUrl, lingerMs, retry, timeoutMs, logger, clock, random });
    this.#leases = new Leases({
      durationMs: visibilityTimeoutMs,
      maxTotalMs: maxLeaseMs,
      renew: (batch) => this.#renew(batch),
      clock,
      random,
    });
  }

  /**
   * @throws the error of a receive that no later one can mend: the queue is gone, or a policy forbids several
   * receives in a row.
   */
  async run(intake: Intake<D>, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    this.#intake = intake;
    // The first receiver to end in an error ends all; the others are called off by it.
    const stop = new AbortController();
    const linked = anySignal(signal, stop.signal);
    try {
      await new Promise<void>((resolve, reject) => {
        const start = (): void => {
          this.#receives += 1;
          this.#receiveUntil(intake, { signal: linked.signal, start }).then(() => {
            if (this.#receives === 0) resolve();
          }, reject);
        };
        start();
      });
    } finally {
      stop.abort();
      linked.release();
    }
  }

  async settle(delivery: D, settlement: Settlement<D>): Promise<void> {
    const { receiptHandle, lease } = delivery;
    if (settlement.kind === "done" || settlement.kind === "dead-letter") {
      // The lease goes on until SQS has confirmed: a delete that has to be tried again must not come too
      // late.
      return this.#settler.delete(receiptHandle);
    }
    // A renewal that overtakes the change below would hide the message again.
    lease.end();
    // What is left comes back when its visibility time-out ends: the redrive policy counts it.
    if (settlement.kind === "leave") return;
    const afterMs = Math.min(settlement.afterMs, longestPauseMs);
    await this.#settler.changeVisibility(receiptHandle, afterMs);
  }

  async release(deliveries: readonly D[]): Promise<void> {
    const held = deliveries.filter(({ lease }) => !lease.isLost);
    for (const { lease } of deliveries) lease.end();
    await Promise.all(held.map(({ receiptHandle }) => this.#settler.changeVisibility(receiptHandle, 0)));
  }

  async close({ deadline }: { readonly deadline: Deadline }): Promise<void> {
    await this.#settler.close({ timeoutMs: deadline.leftMs() });
    this.#leases.endAll();
  }

  details() {
    return {
      queueUrl: this.#options.queueUrl,
      receives: this.#receives,
      lastReceivedAt: this.#lastReceivedAt,
      leases: this.#leases.stats(),
      settlements: this.#settler.stats(),
    };
  }

  async #renew(batch: readonly LeaseRenewal<string>[]): Promise<LeaseRenewalResult[]> {
    const results = await this.#settler.renew(batch);
    const failed = results.find(({ kind }) => kind === "failed");
    if (failed?.kind === "failed") this.#intake?.fault(failed.error, renewing);
    else if (results.some(({ kind }) => kind === "renewed")) this.#intake?.recovered(renewing);
    return results;
  }

  /** Receives until there is nothing to do for more than one receiver, or the signal fires. */
  async #receiveUntil(intake: Intake<D>, context: ReceiveContext): Promise<void> {
    const { signal, start } = context;
    try {
      while (!signal.aborted) {
        const received = await this.#receiveOnce(intake, signal);
        if (received === "full" && this.#receives < this.#options.maxReceives) start();
        if (received === "empty" && this.#receives > 1) return;
      }
    } catch (thrown) {
      if (!signal.aborted && !(thrown instanceof ClosedError)) throw thrown;
    } finally {
      this.#receives -= 1;
    }
  }

  async #receiveOnce(intake: Intake<D>, signal: AbortSignal): Promise<"full" | "some" | "empty"> {
    const { receiveSize } = this.#options;
    const { refusals } = this.#patience;
    // A receive costs the same whatever it brings. A slot does not stand idle for that.
    const reservation = await intake.reserve({ preferred: receiveSize }, { signal });
    try {
      const messages = await this.#ask(reservation.remaining, signal);
      this.#patience.succeeded();
      intake.recovered();
      this.#handOver(messages, reservation);
      if (messages.length === 0) return "empty";
      return messages.length >= receiveSize ? "full" : "some";
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      reservation.release();
      await this.#pauseAfter(thrown, refusals, intake, signal);
      return "some";
    } finally {
      reservation.release();
    }
  }

  async #ask(count: number, signal: AbortSignal): Promise<readonly SqsMessage[]> {
    const { sqs, queueUrl, waitTimeMs, visibilityTimeoutMs, timeoutMs, clock } = this.#options;
    const input = {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: count,
      WaitTimeSeconds: waitTimeMs / 1000,
      VisibilityTimeout: visibilityTimeoutMs / 1000,
    };
    const { Messages } = await withTimeout(
      "The receive",
      (both) => sqs.receiveMessage(input, { signal: both }),
      {
        signal,
        timeoutMs: waitTimeMs + timeoutMs,
        clock,
      },
    );
    return Messages ?? [];
  }

  #handOver(messages: readonly SqsMessage[], places: IntakeReservation<D>): void {
    const { queueUrl, logger, clock } = this.#options;
    // There is nothing to renew that could fail.
    if (this.#leases.stats().held === 0) this.#intake?.recovered(renewing);
    if (messages.length > 0) this.#lastReceivedAt = clock.now();
    for (const message of messages) {
      const read = readSqsMessage(message, queueUrl);
      if (read === undefined) {
        logger.error({ id: message.MessageId }, "SQS gave a message without an id or a receipt handle");
        continue;
      }
      const lease = this.#leases.start(read.receiptHandle);
      places.add(this.#toDelivery({ ...read, lease }));
    }
  }

  async #pauseAfter(
    thrown: unknown,
    refusals: number,
    intake: Intake<D>,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#options;
    const error = WirekitError.from(thrown);
    const delayMs = this.#patience.pauseAfter(error, refusals);
    intake.fault(error);
    await sleep(delayMs, { signal, clock });
  }
}

interface ReceiveContext {
  readonly signal: AbortSignal;
  /** Starts one more receiver. */
  readonly start: () => void;
}
