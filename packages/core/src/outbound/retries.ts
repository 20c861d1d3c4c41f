import type { WirekitError } from "../errors/wirekit-error.ts";
import { retryAfterMsOf } from "../kit/retry.ts";
import { backoffMs } from "../retry-policy.ts";
import type { Entry } from "./entry.ts";
import type { ResolvedBatcherOptions } from "./options.ts";
import { keyQueuesOf, type SendQueue } from "./send-queue.ts";

/** An entry that a flush did not deliver. */
export interface Failure<Item, Receipt> {
  readonly entry: Entry<Item, Receipt>;
  readonly error: WirekitError;
}

interface RetryPorts<Item, Receipt> {
  readonly queue: SendQueue<Entry<Item, Receipt>>;
  /** Called with what is not tried again. */
  onFinal(failure: Failure<Item, Receipt>): void;
  /** Called when a pause is over. */
  onOver(): void;
}

/** Decides which of the failed entries of a flush go out again, and holds them until then. */
export class Retries<Item, Receipt> {
  readonly #options: Pick<ResolvedBatcherOptions<Item, Receipt>, "retry" | "random" | "clock" | "onRetry">;
  readonly #ports: RetryPorts<Item, Receipt>;
  /** The entries of each pause, by the function that cancels it. */
  readonly #pauses = new Map<() => void, readonly Entry<Item, Receipt>[]>();

  constructor(options: ResolvedBatcherOptions<Item, Receipt>, ports: RetryPorts<Item, Receipt>) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Puts back what is tried again, and returns the key queues that stay closed until the pause is over. */
  begin(failures: readonly Failure<Item, Receipt>[]): ReadonlySet<unknown> {
    const { queue, onFinal, onOver } = this.#ports;
    const { delayMs, retried, final } = this.#plan(failures);
    for (const failure of final) onFinal(failure);
    const [first] = retried;
    if (first === undefined) return new Set();
    const entries = retried.map(({ entry }) => entry);
    for (const entry of entries) entry.stage = "waits";
    queue.restore(entries);
    const keyQueues = keyQueuesOf(entries);
    const cancel = this.#options.clock.setTimer(() => {
      this.#pauses.delete(cancel);
      for (const keyQueue of keyQueues) queue.open(keyQueue);
      onOver();
    }, delayMs);
    this.#pauses.set(cancel, entries);
    this.#options.onRetry({ error: first.error, items: entries.map(({ item }) => item), delayMs });
    return new Set(keyQueues);
  }

  /** Cancels all pauses, without calling back. */
  cancel(): void {
    for (const cancel of this.#pauses.keys()) cancel();
    this.#pauses.clear();
  }

  /** The entries that wait for their next try. */
  *[Symbol.iterator](): Generator<Entry<Item, Receipt>, void> {
    for (const entries of this.#pauses.values()) yield* entries;
  }

  /**
   * Sorts failures by the retry policy. An error that is not retryable is final; so is one that used up its
   * tries or time. One pause serves all that is retried, so that it shares a flush again.
   */
  #plan(failures: readonly Failure<Item, Receipt>[]) {
    const { retry, random, clock } = this.#options;
    const now = clock.monotonic();
    const candidates = failures.filter(
      ({ entry, error }) => error.retryable && entry.attempts < retry.maxAttempts,
    );
    const attempts = candidates.reduce((most, { entry }) => Math.max(most, entry.attempts), 1);
    const asked = candidates.reduce((longest, { error }) => Math.max(longest, retryAfterMsOf(error) ?? 0), 0);
    const delayMs = Math.max(backoffMs(attempts, retry, random), asked);

    const retried = candidates.filter(
      ({ entry }) => now - entry.firstTriedAt + delayMs <= retry.maxElapsedMs,
    );
    const again = new Set(retried);
    return { delayMs, retried, final: failures.filter((failure) => !again.has(failure)) };
  }
}
