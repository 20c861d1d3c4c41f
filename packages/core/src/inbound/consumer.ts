import { type Clock, systemClock } from "../clock.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { ConfigError } from "../errors/config-error.ts";
import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { limitTime } from "../kit/limit-time.ts";
import { collectFaults } from "../kit/option-checks.ts";
import { TypedEvents } from "../kit/typed-events.ts";
import { consoleLogger, type Logger } from "../logger.ts";
import { callAsync } from "./call.ts";
import { logLeft, logProcessed } from "./consumer-log.ts";
import type {
  ConsumerCloseReport,
  ConsumerEvents,
  ConsumerHealth,
  ConsumerOptions,
  ConsumerStats,
} from "./consumer-options.ts";
import type { Delivery } from "./delivery.ts";
import { createIntake, keyLine, lineOf } from "./intake.ts";
import { Processor } from "./processor.ts";
import type { Processed } from "./processor-options.ts";
import { Slots } from "./slots.ts";
import type { Source } from "./source.ts";

/** Starts a consumer: receives from `source`, and processes as many messages at once as there are slots, until it is closed. */
export function createConsumer<D extends Delivery, Message = unknown, Result = unknown>(
  options: ConsumerOptions<D, Message, Result>,
): Consumer<D, Message, Result> {
  return new Consumer(options);
}

/** Shares of the time of `close` after which handlers are asked to end, and after which they are waited for no longer. */
const abortAt = 0.8;
const abandonAt = 0.9;

/** A running consumer. Made by {@link createConsumer}. */
export class Consumer<D extends Delivery, Message = unknown, Result = unknown> implements AsyncDisposable {
  /** Resolves when the consumer has been closed; rejects when it has stopped by itself. Need not be awaited. */
  readonly closed: Promise<void>;
  readonly #source: Source<D>;
  readonly #slots: Slots<D>;
  readonly #processor: Processor<D, Message, Result>;
  readonly #events: TypedEvents<ConsumerEvents<D>>;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #intakeEnds: Promise<void>;
  #received = 0;
  #leftUnbegun = 0;
  #status: ConsumerHealth["status"] = "running";
  #fault: { readonly error: WirekitError; readonly since: number } | undefined;
  #closing: Promise<ConsumerCloseReport<D>> | undefined;
  readonly #leftAtClose: D[] = [];
  #settleClosed: (error?: WirekitError) => void = () => undefined;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: ConsumerOptions<D, Message, Result>) {
    const { source, concurrency = 10, capacity = concurrency + 10 } = options;
    const { logger = consoleLogger, clock = systemClock } = options;
    this.#source = source;
    this.#logger = logger;
    this.#clock = clock;
    this.#events = new TypedEvents(logger);
    // As an event, it is told of those that leave before their turn as well.
    if (options.onProcessed !== undefined) this.#events.on("processed", options.onProcessed);
    // Neither of them begins anything: the faults of all are told at once.
    const faults = [...(source.faults ?? [])];
    const processor = collectFaults(faults, () => this.#newProcessor(options));
    const slots = collectFaults(faults, () => this.#newSlots({ concurrency, capacity }));
    if (processor === undefined || slots === undefined || faults.length > 0) throw new ConfigError(faults);
    this.#processor = processor;
    this.#slots = slots;
    this.closed = new Promise((resolve, reject) => {
      this.#settleClosed = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Who does not look at `closed` learns of it by the log and the event; it must not end the process.
    this.closed.catch(() => undefined);
    this.#intakeEnds = this.#receive();
  }

  #newProcessor(options: ConsumerOptions<D, Message, Result>): Processor<D, Message, Result> {
    const { source } = options;
    return new Processor({
      ...options,
      settle: (delivery, settlement) => {
        const { kind } = settlement;
        // Before it is settled: after that it may stand in its line again itself.
        if (kind === "retry" || kind === "leave") this.#giveBackBehind(delivery);
        return source.settle(delivery, settlement);
      },
      release: (delivery) => source.release([delivery]),
      onProcessed: (processed) => {
        logProcessed(this.#logger, processed);
        this.#processed(processed);
      },
    });
  }

  #newSlots(limits: { readonly concurrency: number; readonly capacity: number }): Slots<D> {
    return new Slots<D>({
      ...limits,
      keyOf: lineOf,
      run: (delivery, slot) => this.#processor.begin(delivery, { onHandlerEnd: () => slot.release() }),
      logger: this.#logger,
      clock: this.#clock,
    });
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
      left: processed.left + this.#leftUnbegun,
      received: this.#received,
      waiting: this.#slots.waiting,
      running: this.#slots.running,
    };
  }

  health(): ConsumerHealth {
    const source = this.#source.details?.() ?? {};
    const error = this.#fault?.error;
    const status = this.#status === "running" && error !== undefined ? "degraded" : this.#status;
    return { status, error, source };
  }

  /**
   * Stops receiving at once, gives back what waits, lets handlers finish, and settles. After four fifths of `timeoutMs` (10,000 unless
   * said) the handlers' signals fire; after nine tenths nobody waits for them any more. Closing again returns the same report.
   */
  close({
    timeoutMs = 10_000,
  }: {
    readonly timeoutMs?: number | undefined;
  } = {}): Promise<ConsumerCloseReport<D>> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #receive(): Promise<void> {
    const intake = createIntake(this.#slots, {
      isClosing: () => this.#status !== "running",
      onReceived: () => {
        this.#received += 1;
      },
      onLate: (delivery) => {
        this.#leftInLine([delivery], new ClosedError("The consumer"));
        void this.#release([delivery]);
      },
      onLeft: (deliveries, error) => this.#leftInLine(deliveries, error),
      onFault: (error) => this.#reportFault(WirekitError.from(error)),
      onRecovered: () => this.#reportRecovery(),
    });
    const { signal } = this.#stop;
    // Whoever made the consumer gets to listen before anything happens.
    await Promise.resolve();
    let error: WirekitError = new WirekitError("The source has ended by itself", {
      code: "wirekit/source-ended",
    });
    try {
      await this.#source.run(intake, { signal });
    } catch (thrown) {
      error = WirekitError.from(thrown);
    }
    if (this.#status === "running") void this.#fail(error);
  }

  #processed(processed: Processed<D>): void {
    const { delivery, outcome, settlement } = processed;
    if (outcome === "left" && settlement === undefined) this.#giveBackBehind(delivery);
    if (outcome === "left" && this.#status !== "running") this.#leftAtClose.push(delivery);
    this.#events.emit("processed", processed);
  }

  /** Deliveries that end without having begun. */
  #leftInLine(deliveries: readonly D[], error: WirekitError): void {
    this.#leftUnbegun += deliveries.length;
    logLeft(this.#logger, deliveries, error);
    for (const delivery of deliveries) {
      delivery.lease?.end();
      this.#processed({ delivery, outcome: "left", error, isDuplicate: false, durationMs: 0 });
    }
  }

  /** Keeps the order of a key whose message comes back by its queue: what waits behind it must come back after it. */
  #giveBackBehind({ key }: D): void {
    if (key === undefined || this.#source.redelivery === "in-place") return;
    const behind = this.#slots.takeWaiting(keyLine(key));
    void this.#release(behind);
    const error = new WirekitError("The message before it in its key was not acknowledged", givenBack);
    this.#leftInLine(behind, error);
  }

  #reportFault(error: WirekitError): void {
    const known = this.#fault;
    this.#fault = { error, since: known?.since ?? this.#clock.monotonic() };
    if (known?.error.code === error.code && known.error.message === error.message) return;
    this.#logger.warn({ code: error.code, error: error.message }, "Receiving fails, and is tried again");
    this.#events.emit("fault", { error });
  }

  #reportRecovery(): void {
    if (this.#fault === undefined) return;
    const afterMs = this.#clock.monotonic() - this.#fault.since;
    this.#fault = undefined;
    this.#logger.info({ afterMs }, "Receiving works again");
    this.#events.emit("recovered", { afterMs });
  }

  async #fail(error: WirekitError): Promise<void> {
    this.#logger.error({ code: error.code, error: error.message }, "The consumer stops by itself");
    this.#fault = { error, since: this.#clock.monotonic() };
    this.#closing = this.#shutDown(10_000);
    await this.#closing;
    this.#end("failed", error);
  }

  async #close(timeoutMs: number): Promise<ConsumerCloseReport<D>> {
    const report = await this.#shutDown(timeoutMs);
    this.#end("closed");
    return report;
  }

  #end(status: "closed" | "failed", error?: WirekitError): void {
    this.#status = status;
    this.#settleClosed(error);
    this.#events.emit("stopped", { error });
  }

  async #shutDown(timeoutMs: number): Promise<ConsumerCloseReport<D>> {
    const reason = new ClosedError("The consumer");
    const startedAt = this.#clock.monotonic();
    const left = (share: number) => Math.max(0, timeoutMs * share - (this.#clock.monotonic() - startedAt));
    this.#status = "closing";
    const waiting = this.#slots.stop();
    this.#stop.abort(reason);
    // What was not begun need not wait for what runs.
    const releasing = this.#release(waiting);
    this.#leftInLine(waiting, reason);

    let { running } = await this.#slots.drain({ timeoutMs: left(abortAt) });
    if (running.length > 0) {
      this.#processor.abort(reason);
      ({ running } = await this.#slots.drain({ timeoutMs: left(abandonAt) }));
    }
    if (running.length > 0) this.#processor.abandon(reason);
    await this.#within(left(1), "Giving back what waited", () => releasing);
    await this.#within(left(1), "Ending the intake", () => this.#intakeEnds);
    await this.#within(left(1), "Closing the source", async () =>
      this.#source.close?.({ timeoutMs: left(1) }),
    );
    ({ running } = await this.#slots.drain({ timeoutMs: left(1) }));
    return { left: [...new Set([...this.#leftAtClose, ...running])] };
  }

  async #release(deliveries: readonly D[]): Promise<void> {
    if (deliveries.length === 0) return;
    try {
      await callAsync(() => this.#source.release(deliveries));
    } catch (thrown) {
      const fields = { ids: deliveries.map(({ id }) => id), error: messageOf(thrown) };
      this.#logger.error(fields, "Messages could not be given back; they come again when their leases end");
    }
  }

  async #within(timeoutMs: number, what: string, task: () => Promise<void>): Promise<void> {
    try {
      await limitTime(what, callAsync(task), { timeoutMs, clock: this.#clock });
    } catch (thrown) {
      this.#logger.error({ error: messageOf(thrown) }, `${what} failed while the consumer was closing`);
    }
  }
}

const givenBack = { code: "wirekit/given-back", retryable: true } as const;
