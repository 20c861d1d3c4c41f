import type { Clock } from "@wirekit/core";
import { maxTimerMs, onAbort } from "@wirekit/core/kit";
import { closedError } from "../errors.ts";
import type { Delivery, MemoryGroup, Refusal, StoredMessage } from "./memory-group.ts";

/** How one receiver waits. */
export interface ReceiveWait {
  readonly visibilityTimeoutMs: number;
  /** Infinity: no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Receiver {
  readonly visibilityTimeoutMs: number;
  settle(delivery: Delivery | undefined): void;
  fail(reason: unknown): void;
}

/** A {@link MemoryGroup} that receivers can wait at: first come, first served. */
export class GroupQueue {
  readonly #group: MemoryGroup;
  readonly #clock: Clock;
  readonly #receivers = new Set<Receiver>();
  #dueTimer: { readonly dueMs: number; readonly cancel: () => void } | undefined;

  constructor(group: MemoryGroup, clock: Clock) {
    this.#group = group;
    this.#clock = clock;
  }

  get unacknowledged(): number {
    return this.#group.unacknowledged;
  }

  get held(): number {
    return this.#group.held;
  }

  /** The next message, as soon as there is one that may be delivered; undefined when the time is over. */
  receive(wait: ReceiveWait): Promise<Delivery | undefined> {
    return new Promise((resolve, reject) => {
      const { signal, timeoutMs, visibilityTimeoutMs } = wait;
      if (signal?.aborted) return reject(signal.reason);
      const delivery = this.#group.take(this.#clock.monotonic(), visibilityTimeoutMs);
      if (delivery !== undefined || timeoutMs <= 0) return resolve(delivery);

      const leave = () => {
        this.#receivers.delete(receiver);
        stopListening?.();
        cancelTimeout();
        if (this.#receivers.size === 0) this.#awaitNextDue();
      };
      const receiver: Receiver = {
        visibilityTimeoutMs,
        settle: (received) => {
          leave();
          resolve(received);
        },
        fail: (reason) => {
          leave();
          reject(reason);
        },
      };
      const cancelTimeout =
        timeoutMs === Number.POSITIVE_INFINITY
          ? () => {}
          : this.#clock.setTimer(() => receiver.settle(undefined), timeoutMs);
      const stopListening = signal && onAbort(signal, () => receiver.fail(signal.reason));
      this.#receivers.add(receiver);
      this.#awaitNextDue();
    });
  }

  offer(stored: StoredMessage): void {
    this.#group.offer(stored);
    this.#serve();
  }

  acknowledge(sequence: number, attempt: number): Refusal | undefined {
    const refusal = this.#group.acknowledge(sequence, attempt);
    // The next message of the same key may go out now.
    this.#serve();
    return refusal;
  }

  /** Has a delivery's message delivered again `afterMs` from now, and not before. */
  postpone(sequence: number, attempt: number, afterMs: number): Refusal | undefined {
    const refusal = this.#group.postpone(sequence, attempt, this.#clock.monotonic() + afterMs);
    this.#serve();
    return refusal;
  }

  /** Sends everyone who waits away. What is held stays so. */
  close(): void {
    for (const receiver of this.#receivers) receiver.fail(closedError());
  }

  #serve(): void {
    for (const receiver of this.#receivers) {
      const delivery = this.#group.take(this.#clock.monotonic(), receiver.visibilityTimeoutMs);
      if (delivery === undefined) break;
      receiver.settle(delivery);
    }
    this.#awaitNextDue();
  }

  /** A timer runs only while someone waits: what nobody waits for keeps no process alive. */
  #awaitNextDue(): void {
    const dueMs = this.#receivers.size === 0 ? undefined : this.#group.nextDueMs();
    if (dueMs === this.#dueTimer?.dueMs) return;
    this.#dueTimer?.cancel();
    this.#dueTimer = undefined;
    if (dueMs === undefined) return;
    const onDue = () => {
      this.#dueTimer = undefined;
      this.#serve();
    };
    const delayMs = Math.min(Math.max(0, dueMs - this.#clock.monotonic()), maxTimerMs);
    this.#dueTimer = { dueMs, cancel: this.#clock.setTimer(onDue, delayMs) };
  }
}
