import {
  type Clock,
  ClosedError,
  type CloseOptions,
  type CloseReport,
  type Health,
  WirekitError,
} from "@wirekit/core";
import { Closing, type Deadline, SendCounter, Troubles } from "@wirekit/core/kit";
import type { MessageConsumer } from "./consume-options.ts";
import { closedError, ReceiptError } from "./errors.ts";
import type { BusStats } from "./message-bus.ts";
import type { ReceivedFacts } from "./received.ts";
import type { SendableMessage } from "./wire/message.ts";

/** Counts what a bus does. */
export class BusCounters {
  readonly sends = new SendCounter();
  readonly #counts = {
    received: 0,
    invalid: 0,
    redelivered: 0,
    acknowledged: 0,
  };

  stats(): BusStats {
    return { sends: this.sends.stats(), ...this.#counts };
  }

  received({ attempt }: Pick<ReceivedFacts, "attempt">): void {
    this.#counts.received += 1;
    if (attempt !== undefined && attempt > 1) this.#counts.redelivered += 1;
  }

  /** A delivery that was counted as received turned out to be no message. */
  invalid(): void {
    this.#counts.invalid += 1;
  }

  acknowledged(): void {
    this.#counts.acknowledged += 1;
  }
}

/** Handlers get this share of the time of `close`, so that some is left for what they sent. */
export const consumersShare = 0.9;

/**
 * What all buses keep alike: whether the bus is open, what it counts, what fails, and the consumers that run
 * on it.
 */
export class BusLifecycle {
  readonly counters = new BusCounters();
  readonly #troubles: Troubles;
  readonly #closing: Closing<CloseReport<SendableMessage>>;
  readonly #consumers = new Set<MessageConsumer>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#troubles = new Troubles(clock);
    this.#closing = new Closing(clock);
  }

  /** For what begins to receive. @throws ClosedError as soon as the bus is closing. */
  throwUnlessOpen(): void {
    if (this.#closing.isStarted) throw closedError();
  }

  /**
   * For what handlers that still run may do: send and acknowledge. @throws ClosedError when the bus is
   * closed.
   */
  throwIfClosed(): void {
    if (this.#isClosed) throw closedError();
  }

  /**
   * Keeps the consumer until it stops. If it stops by itself, `health()` says why, until another one takes
   * its place.
   */
  addConsumer(consumer: MessageConsumer, target: string): void {
    const area = `consumer of ${target}`;
    this.#consumers.add(consumer);
    this.#troubles.clear(area);
    consumer.on("stopped", ({ error }) => {
      this.#consumers.delete(consumer);
      if (error !== undefined) this.#troubles.report(area, error);
    });
  }

  /** Runs a call on the broker. If it fails, `health()` says so until a call of the same area succeeds. */
  async watch<T>(area: string, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      this.#troubles.clear(area);
      return result;
    } catch (thrown) {
      if (signal?.aborted !== true) this.report(area, thrown);
      throw thrown;
    }
  }

  /** Notes that calls of this area fail, unless it is the caller's own doing. */
  report(area: string, thrown: unknown): void {
    if (thrown instanceof ClosedError || thrown instanceof ReceiptError) return;
    this.#troubles.report(area, WirekitError.from(thrown));
  }

  /** Notes that calls of this area work. */
  clear(area: string): void {
    this.#troubles.clear(area);
  }

  health(): Health {
    const { status, reasons } = this.#troubles.health(this.#status);
    const ofConsumers = [...this.#consumers].flatMap((consumer) => consumer.health().reasons);
    const isDegraded = status === "ok" && ofConsumers.length > 0;
    return {
      status: isDegraded ? "degraded" : status,
      reasons: [...reasons, ...ofConsumers],
    };
  }

  /**
   * Runs `closeAll` once, which closes what the bus is made of, and returns its report for every call.
   *
   * @throws ConfigError for a time limit that cannot be used; nothing is closed then.
   */
  close(
    options: CloseOptions | undefined,
    closeAll: (deadline: Deadline) => Promise<CloseReport<SendableMessage>>,
  ): Promise<CloseReport<SendableMessage>> {
    return this.#closing.start(options, async (deadline) => {
      try {
        return await closeAll(deadline);
      } finally {
        this.#isClosed = true;
      }
    });
  }

  /** Closes all consumers that run; how many messages they received and did not settle. */
  async closeConsumers(deadline: Deadline): Promise<number> {
    const options = { timeoutMs: deadline.leftMs(consumersShare) };
    const reports = await Promise.all([...this.#consumers].map((consumer) => consumer.close(options)));
    return reports.reduce((sum, { notHandled }) => sum + notHandled, 0);
  }

  get #status(): Health["status"] {
    if (this.#isClosed) return "closed";
    return this.#closing.isStarted ? "closing" : "ok";
  }
}
