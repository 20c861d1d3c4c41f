import assert from "node:assert/strict";
import type { Consumer } from "../../inbound/consumer.ts";
import { createConsumer } from "../../inbound/consumer.ts";
import type { Processed } from "../../inbound/consumer-events.ts";
import type { ConsumerOptions, HandlerContext } from "../../inbound/consumer-options.ts";
import type { Delivery } from "../../inbound/delivery.ts";
import { silentLogger } from "../../logger.ts";
import type { SourceConformanceOptions, SourcePlace } from "./place.ts";

/** One call of the handler. */
export interface Handled {
  readonly name: string;
  readonly attempt: number;
  /** By the clock of the place. */
  readonly atMs: number;
}

type Handle = (call: Handled, context: HandlerContext<Delivery>) => unknown;

/** A place with the consumers of one case, and what was seen of them. */
export class Trial {
  readonly place: SourcePlace;
  readonly handled: Handled[] = [];
  readonly processed: (Processed & { readonly atMs: number })[] = [];
  readonly #patienceMs: number;
  readonly #retryMs: number;
  readonly #consumers: Consumer<Delivery>[] = [];

  constructor(place: SourcePlace, { patienceMs = 120_000, retryMs = 1_000 }: SourceConformanceOptions) {
    this.place = place;
    this.#patienceMs = patienceMs;
    this.#retryMs = retryMs;
  }

  /** Starts a consumer with a source of its own. */
  start(handle: Handle, options: Partial<ConsumerOptions<Delivery>> = {}): Consumer<Delivery> {
    const { place } = this;
    const { clock } = place;
    const consumer = createConsumer<Delivery>(
      {
        source: place.makeSource(),
        decode: (delivery) => place.nameOf(delivery),
        retry: { baseDelayMs: this.#retryMs, maxDelayMs: this.#retryMs },
        onProcessed: (processed) => void this.processed.push({ ...processed, atMs: clock.monotonic() }),
        logger: silentLogger,
        clock,
        ...options,
        ...(place.capacity !== undefined && { capacity: place.capacity }),
      },
      (name, context) => {
        const { attempt } = context.delivery;
        const call: Handled = { name: String(name), attempt, atMs: clock.monotonic() };
        this.handled.push(call);
        return handle(call, context);
      },
    );
    this.#consumers.push(consumer);
    return consumer;
  }

  /** Lets time pass until `condition` holds. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const { clock } = this.place;
    const untilMs = clock.monotonic() + this.#patienceMs;
    while (!(await condition())) {
      assert.ok(clock.monotonic() < untilMs, `it never came so far that ${what}`);
      await this.place.advance(20);
    }
  }

  async untilAcknowledged(...names: readonly string[]): Promise<void> {
    await this.until(`${names.join(", ")} are acknowledged`, async () => {
      const acknowledged = await this.place.acknowledged();
      return names.every((name) => acknowledged.includes(name));
    });
  }

  /** Closes a consumer while time passes; fails when that takes longer than its limit allows. */
  async close(consumer: Consumer<Delivery>, timeoutMs = 10_000): Promise<number> {
    const { clock } = this.place;
    const startedAt = clock.monotonic();
    let isClosed = false;
    const closing = consumer.close({ timeoutMs }).finally(() => {
      isClosed = true;
    });
    await this.until("the consumer is closed", () => isClosed);
    await closing;
    return clock.monotonic() - startedAt;
  }

  async end(): Promise<void> {
    for (const consumer of this.#consumers) await this.close(consumer, 1_000);
    await this.place.close?.();
  }
}
