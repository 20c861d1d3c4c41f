import { BusCounters } from "./bus-counters.ts";
import { closedError } from "./errors.ts";
import type { BusCloseReport, BusHealth } from "./message-bus.ts";
import { RunningConsumers } from "./running-consumers.ts";

/** What every bus keeps alike: whether it is open, what it has counted, and the consumers that run on it. */
export class BusLifecycle {
  readonly counters = new BusCounters();
  readonly consumers = new RunningConsumers();
  #state: BusHealth["state"] = "open";
  #closing: Promise<BusCloseReport> | undefined;

  /** For what begins to receive. @throws ClosedError as soon as the bus is being closed. */
  throwUnlessOpen(): void {
    if (this.#state !== "open") throw closedError();
  }

  /** For what handlers that still run may do: send and acknowledge. @throws ClosedError once the bus has been closed. */
  throwIfClosed(): void {
    if (this.#state === "closed") throw closedError();
  }

  health(): BusHealth {
    return { state: this.#state, problems: this.consumers.problems() };
  }

  /** Has `closeAll` close what the bus is made of, consumers included, within `timeoutMs` (10,000 unless said). A second call gets the same report. */
  close(
    { timeoutMs = 10_000 }: { readonly timeoutMs?: number | undefined } = {},
    closeAll: (timeoutMs: number) => Promise<BusCloseReport>,
  ): Promise<BusCloseReport> {
    this.#closing ??= this.#close(timeoutMs, closeAll);
    return this.#closing;
  }

  async #close(
    timeoutMs: number,
    closeAll: (timeoutMs: number) => Promise<BusCloseReport>,
  ): Promise<BusCloseReport> {
    this.#state = "closing";
    try {
      return await closeAll(timeoutMs);
    } finally {
      this.#state = "closed";
    }
  }
}
