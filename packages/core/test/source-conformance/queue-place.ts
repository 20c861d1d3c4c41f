import { ConnectionError } from "../../src/index.ts";
import { ManualClock, type PlacedMessage, type SourcePlace } from "../../src/testing/index.ts";
import { type QueueDelivery, type QueueFaults, QueueSource, SimulatedQueue } from "../simulated-queue.ts";

/** A simulated queue of SQS's kind, on a clock that the suite moves. */
export abstract class SimulatedPlace {
  readonly clock = new ManualClock();
  readonly queue = new SimulatedQueue(this.clock);
  #fails = 0;
  #hangs = false;

  put({ name, key }: PlacedMessage): void {
    this.queue.send(name, key);
  }

  acknowledged(): readonly string[] {
    return this.queue.deleted;
  }

  advance(durationMs: number): Promise<void> {
    return this.clock.advance(durationMs);
  }

  failNext(): void {
    this.#fails += 1;
  }

  hang(): void {
    this.#hangs = true;
  }

  /**
   * As when a process was held up for longer than the visibility time-out: every message is visible again.
   */
  loseLeases(): void {
    for (const message of this.queue.messages.values()) {
      message.receiptHandle = undefined;
      message.visibleAt = 0;
    }
  }

  /** Called before each request to the queue. */
  protected async request(): Promise<void> {
    if (this.#hangs) await new Promise<never>(() => {});
    if (this.#fails === 0) return;
    this.#fails -= 1;
    throw new ConnectionError("the queue is down");
  }
}

/** The queue with a source that is put together from core's engines. */
export class QueuePlace extends SimulatedPlace implements SourcePlace<QueueDelivery> {
  makeSource(): QueueSource {
    return new QueueSource(this.queue, this.sourceOptions());
  }

  sourceOptions(): QueueFaults & { readonly clock: ManualClock; readonly visibilityMs: number } {
    return { clock: this.clock, visibilityMs: 30_000, onRequest: () => this.request() };
  }

  nameOf({ body }: QueueDelivery): string {
    return body;
  }
}
