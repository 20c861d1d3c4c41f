import type { Clock } from "../clock.ts";
import type { Client, CloseOptions, CloseReport, HealthStatus } from "../contract.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { Closing } from "../kit/closing.ts";
import type { Deadline } from "../kit/deadline.ts";
import { Troubles } from "../kit/troubles.ts";
import { TypedEvents } from "../kit/typed-events.ts";
import type { Logger } from "../logger.ts";
import { callAsync } from "./call.ts";
import {
  type ConsumerEvents,
  type ConsumerHealth,
  type ConsumerStats,
  detailsOf,
  givingBack,
  logLeft,
  logProcessed,
  type Processed,
  ReceiveFaults,
  receiving,
} from "./consumer-events.ts";
import { type ConsumerOptions, type Handler, readConsumerOptions } from "./consumer-options.ts";
import type { Delivery, Settlement } from "./delivery.ts";
import { troubleOf } from "./failures.ts";
import { createIntake, slotKey, slotKeyOf } from "./intake.ts";
import { Processor } from "./processor.ts";
import { Slots } from "./slots.ts";
import type { Source } from "./source.ts";

/**
 * Starts a consumer: it receives from `source` and handles as many messages at once as there are slots, until
 * it is closed.
 *
 * @throws ConfigError naming every option at fault.
 */
export function createConsumer<D extends Delivery, Message = unknown, Result = unknown>(
  options: ConsumerOptions<D, Message, Result>,
  handler: Handler<D, Message, Result>,
): Consumer<D, Message, Result> {
  return new Consumer(options, handler);
}

/**
 * The shares of the time of `close` after which the signals of handlers fire, handlers are given up, and the
 * source is closed.
 */
const abortAt = 0.8;
const abandonAt = 0.9;
const closeSourceAt = 0.95;

/** How long a consumer that stops by itself waits for its handlers. */
const stopTimeoutMs = 10_000;

/** A running consumer. Made by {@link createConsumer}. */
export class Consumer<D extends Delivery, Message = unknown, Result = unknown>
  implements Client<never, ConsumerStats>
{
  /**
   * Resolves when the consumer has been closed; rejects when it has stopped by itself. Need not be awaited.
   */
  readonly closed: Promise<void>;
  readonly #source: Source<D>;
  readonly #slots: Slots<D>;
  readonly #processor: Processor<D, Message, Result>;
  readonly #events: TypedEvents<ConsumerEvents<D>>;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #receivingEnds: Promise<void>;
  readonly #troubles: Troubles;
  readonly #closing: Closing<CloseReport>;
  #received = 0;
  #leftBeforeTurn = 0;
  #leftAtClose = 0;
  #status: HealthStatus = "ok";
  #settleClosed: (error?: WirekitError) => void = () => undefined;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: ConsumerOptions<D, Message, Result>, handler: Handler<D, Message, Result>) {
    const resolved = readConsumerOptions(options, handler);
    const { source, concurrency, capacity, logger, clock } = resolved;
    this.#source = source;
    this.#logger = logger;
    this.#clock = clock;
    this.#troubles = new Troubles(clock);
    this.#closing = new Closing(clock);
    this.#events = new TypedEvents(logger);
    // As an event, it is called for those that leave before their turn as well.
    if (options.onProcessed !== undefined) this.#events.on("processed", resolved.onProcessed);
    const onProcessed = (processed: Processed<D>) => {
      logProcessed(logger, processed);
      this.#processed(processed);
    };
    this.#processor = new Processor(
      { ...resolved, onProcessed },
      {
        settle: (delivery, settlement) => this.#settle(delivery, settlement),
        release: (delivery) => source.release([delivery]),
        troubles: this.#troubles,
      },
    );
    this.#slots = new Slots<D>({
      concurrency,
      capacity,
      keyOf: slotKeyOf,
      run: (delivery, slot) => this.#processor.process(delivery, slot),
      logger,
      clock,
    });
    this.closed = new Promise((resolve, reject) => {
      this.#settleClosed = (error) => (error === undefined ? resolve() : reject(error));
    });
    // A program that does not look at `closed` learns of it by the log and the event; it must not end the
    // process.
    this.closed.catch(() => undefined);
    this.#receivingEnds = this.#receive();
  }

  /** Calls `listener` at every event of this name, until the returned function is called. */
  on<Name extends keyof ConsumerEvents<D>>(
    name: Name,
    listener: (event: ConsumerEvents<D>[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  stats(): ConsumerStats {
    const processed = this.#processor.stats();
    return {
      ...processed,
      left: processed.left + this.#leftBeforeTurn,
      received: this.#received,
      waiting: this.#slots.waiting,
      running: this.#slots.running,
    };
  }

  health(): ConsumerHealth {
    return { ...this.#troubles.health(this.#status), source: detailsOf(this.#source) };
  }

  /**
   * Stops receiving at once, gives back what waits, lets handlers finish, and settles. After four fifths of
   * `timeoutMs` (default 10,000) the handlers' signals fire; after nine tenths they are given up.
   * `notHandled` counts the deliveries that were received and not settled; each was reported by a `processed`
   * event, or still runs.
   *
   * @throws ConfigError if `timeoutMs` is not a number of milliseconds; nothing is closed then.
   */
  close(options?: CloseOptions): Promise<CloseReport> {
    return this.#closing.start(options, async (deadline) => {
      const report = await this.#shutDown(deadline);
      this.#end("closed");
      return report;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #receive(): Promise<void> {
    const faults = new ReceiveFaults({
      troubles: this.#troubles,
      events: this.#events,
      logger: this.#logger,
      clock: this.#clock,
    });
    const intake = createIntake(this.#slots, {
      isClosing: () => this.#status !== "ok",
      onReceived: () => {
        this.#received += 1;
      },
      onLate: (delivery) => {
        this.#leaveBeforeTurn([delivery], new ClosedError("The consumer"));
        void this.#release([delivery]);
      },
      onLeft: (deliveries, error) => this.#leaveBeforeTurn(deliveries, error),
      onFault: (thrown, area) => faults.report(WirekitError.from(thrown), area),
      onRecovered: (area) => faults.clear(area),
    });
    const { signal } = this.#stop;
    // The caller can add listeners before anything happens.
    await Promise.resolve();
    let error: WirekitError = new WirekitError("The source has ended by itself", {
      code: "wirekit/source-ended",
    });
    try {
      await this.#source.run(intake, { signal });
    } catch (thrown) {
      error = WirekitError.from(thrown);
    }
    if (this.#status === "ok") void this.#fail(error);
  }

  #settle(delivery: D, settlement: Settlement<D>): unknown {
    const { kind } = settlement;
    // Before it is settled: afterwards it may wait in the queue of its key again itself.
    if (kind === "retry" || kind === "leave") this.#giveBackBehind(delivery);
    return this.#source.settle(delivery, settlement);
  }

  #processed(processed: Processed<D>): void {
    const { delivery, outcome, settlement } = processed;
    if (outcome === "left" && settlement === undefined) {
      this.#giveBackBehind(delivery);
      if (this.#status !== "ok") this.#leftAtClose += 1;
    }
    this.#events.emit("processed", processed);
  }

  #leaveBeforeTurn(deliveries: readonly D[], error: WirekitError): void {
    this.#leftBeforeTurn += deliveries.length;
    logLeft(this.#logger, deliveries, error);
    for (const delivery of deliveries) {
      delivery.lease?.end();
      this.#processed({ delivery, outcome: "left", error, isDuplicate: false, durationMs: 0 });
    }
  }

  /**
   * Keeps the order of a key whose message comes back by its queue: what waits behind it must come back after
   * it.
   */
  #giveBackBehind({ key }: D): void {
    if (key === undefined || this.#source.redelivery === "in-place") return;
    const behind = this.#slots.takeWaiting(slotKey(key));
    void this.#release(behind);
    const error = new WirekitError("The message before it in its key was not acknowledged", givenBack);
    this.#leaveBeforeTurn(behind, error);
  }

  async #fail(error: WirekitError): Promise<void> {
    this.#logger.error({ code: error.code, error: error.message }, "The consumer stops by itself");
    this.#troubles.clear(receiving);
    this.#troubles.report("consumer", error);
    await this.#closing.start({ timeoutMs: stopTimeoutMs }, (deadline) => this.#shutDown(deadline));
    this.#end("failed", error);
  }

  #end(status: "closed" | "failed", error?: WirekitError): void {
    this.#status = status;
    this.#settleClosed(error);
    this.#events.emit("stopped", { error });
  }

  async #shutDown(deadline: Deadline): Promise<CloseReport> {
    const reason = new ClosedError("The consumer");
    this.#status = "closing";
    const waiting = this.#slots.stop();
    this.#stop.abort(reason);
    this.#processor.beginClosing();
    // What was not begun need not wait for what runs.
    const releasing = this.#release(waiting);
    this.#leaveBeforeTurn(waiting, reason);

    const drain = (share: number) => this.#slots.drain({ timeoutMs: deadline.leftMs(share) });
    if ((await drain(abortAt)).running.length > 0) {
      this.#processor.abort(reason);
      if ((await drain(abandonAt)).running.length > 0) this.#processor.abandon(reason);
    }
    const ended = Promise.all([releasing, this.#receivingEnds]);
    await this.#within(
      deadline,
      closeSourceAt,
      "Giving back what waited and ending the receives",
      () => ended,
    );
    await this.#within(deadline, 1, "Closing the source", () => this.#source.close?.({ deadline }));
    await drain(1);
    return {
      notSent: [],
      unconfirmed: [],
      notHandled: this.#leftAtClose + this.#processor.stats().processing,
    };
  }

  async #release(deliveries: readonly D[]): Promise<void> {
    if (deliveries.length === 0) return;
    try {
      await callAsync(() => this.#source.release(deliveries));
      this.#troubles.clear(givingBack);
    } catch (thrown) {
      this.#troubles.report(givingBack, troubleOf("Messages cannot be given back", thrown));
      const fields = { ids: deliveries.map(({ id }) => id), error: messageOf(thrown) };
      this.#logger.error(fields, "Messages could not be given back; they come again when their leases end");
    }
  }

  async #within(deadline: Deadline, share: number, what: string, task: () => unknown): Promise<void> {
    try {
      await deadline.limit(what, task, share);
    } catch (thrown) {
      this.#logger.error({ error: messageOf(thrown) }, `${what} failed while the consumer was closing`);
    }
  }
}

const givenBack = { code: "wirekit/given-back", retryable: true } as const;
