import type { Clock } from "../clock.ts";

/** An item of a {@link TimerWheel}, and the bucket that it is in. */
export interface Scheduled {
  bucket: number | undefined;
}

/**
 * One timer for many items that are due at about the same times. Items that are due within one tick are
 * passed on together, so that one request can deal with them. None is passed on late as long as the runtime's
 * timers are not, and none more than two ticks early.
 */
export class TimerWheel<Item extends Scheduled> {
  readonly #tickMs: number;
  readonly #clock: Clock;
  readonly #onDue: (items: readonly Item[]) => void;
  readonly #buckets = new Map<number, Set<Item>>();
  #armed: { readonly bucket: number; readonly cancel: () => void } | undefined;

  constructor(options: {
    readonly tickMs: number;
    readonly clock: Clock;
    readonly onDue: (items: readonly Item[]) => void;
  }) {
    this.#tickMs = options.tickMs;
    this.#clock = options.clock;
    this.#onDue = options.onDue;
  }

  /** Passes `item` on at `at`, on the monotonic clock, and no longer when it was due before. */
  schedule(item: Item, at: number): void {
    this.remove(item);
    const bucket = Math.floor(at / this.#tickMs);
    const items = this.#buckets.get(bucket);
    if (items === undefined) this.#buckets.set(bucket, new Set([item]));
    else items.add(item);
    item.bucket = bucket;
    if (this.#armed === undefined || bucket < this.#armed.bucket) this.#arm(bucket);
  }

  remove(item: Item): void {
    if (item.bucket === undefined) return;
    const items = this.#buckets.get(item.bucket);
    items?.delete(item);
    if (items?.size === 0) this.#buckets.delete(item.bucket);
    item.bucket = undefined;
    // With nothing left to wait for, the timer would keep the process alive.
    if (this.#buckets.size === 0) this.#disarm();
  }

  /** Takes everything out. */
  clear(): Item[] {
    const items = [...this.#buckets.values()].flatMap((bucket) => [...bucket]);
    for (const item of items) this.remove(item);
    return items;
  }

  #arm(bucket: number): void {
    this.#disarm();
    const delayMs = Math.max(0, bucket * this.#tickMs - this.#clock.monotonic());
    this.#armed = { bucket, cancel: this.#clock.setTimer(() => this.#turn(), delayMs) };
  }

  #disarm(): void {
    this.#armed?.cancel();
    this.#armed = undefined;
  }

  #turn(): void {
    this.#armed = undefined;
    // The runtime's timers may fire a little early: half a tick tells that from a bucket that is not due yet.
    const current = Math.floor(this.#clock.monotonic() / this.#tickMs + 0.5);
    const due: Item[] = [];
    // There are only as many buckets as ticks in the longest delay, however many items are in them.
    for (const [bucket, items] of this.#buckets) {
      if (bucket > current) continue;
      this.#buckets.delete(bucket);
      due.push(...items);
    }
    for (const item of due) item.bucket = undefined;
    if (this.#buckets.size > 0) this.#arm(Math.min(...this.#buckets.keys()));
    if (due.length > 0) this.#onDue(due);
  }
}
