import type { Clock } from "../clock.ts";
import { QueueFullError } from "../errors/queue-full-error.ts";
import { watchCaller } from "../kit/caller-watch.ts";
import { LinkedList, type ListMember } from "../kit/linked-list.ts";
import { checkWhole, throwFaults } from "../kit/option-checks.ts";
import type { WaitOptions } from "../kit/waiting.ts";
import type { QueueEntry } from "./key-queues.ts";

/** How much capacity to reserve. */
export interface ReservationRequest {
  /** Waits until as much is available. Default 1. */
  readonly atLeast?: number | undefined;
  /** Takes no more than this. Default: `atLeast`. */
  readonly atMost?: number | undefined;
}

/** Capacity that is kept for tasks to come. */
export interface Reservation<Task> {
  /** How many tasks it is still good for. */
  readonly remaining: number;
  /** As `Slots.add`, on this reservation. */
  add(task: Task): QueueEntry;
  /** Gives back what remains. */
  release(): void;
}

/** Counts how many tasks are held, and serves those who wait for capacity in the order in which they came. */
export class Capacity {
  readonly limit: number;
  readonly #waiting = new LinkedList<Waiter>();
  #taken = 0;
  #closedBy: Error | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  get available(): number {
    return Math.max(0, this.limit - this.#taken);
  }

  take(count: number): void {
    this.#taken += count;
  }

  giveBack(count: number): void {
    this.#taken -= count;
    this.#serve();
  }

  /** Rejects those who wait, and those who come later. */
  close(error: Error): void {
    this.#closedBy = error;
    for (const waiter of this.#waiting) {
      this.#waiting.remove(waiter);
      waiter.refuse(error);
    }
  }

  /** @param enter puts a task into its queue. If it throws, the reservation keeps its capacity. */
  async reserve<Task>(
    request: ReservationRequest,
    options: WaitOptions & { readonly clock: Clock },
    enter: (task: Task) => QueueEntry,
  ): Promise<Reservation<Task>> {
    const granted = await this.#grant(request, options);
    let remaining = granted;
    return {
      get remaining() {
        return remaining;
      },
      add: (task) => {
        if (remaining < 1) throw new QueueFullError("The reservation", { unit: "tasks", limit: granted });
        const entry = enter(task);
        remaining -= 1;
        return entry;
      },
      release: () => {
        this.giveBack(remaining);
        remaining = 0;
      },
    };
  }

  /** Resolves with how much the caller was given. */
  #grant(
    { atLeast = 1, atMost = atLeast }: ReservationRequest,
    options: WaitOptions & { readonly clock: Clock },
  ): Promise<number> {
    throwFaults([
      checkWhole("atLeast", atLeast, { minimum: 1, maximum: this.limit }),
      checkWhole("atMost", atMost, { minimum: atLeast, unlimited: "allowed" }),
    ]);
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) return reject(options.signal.reason);
      if (this.#closedBy !== undefined) return reject(this.#closedBy);
      const waiter = new Waiter(atLeast, atMost, resolve, reject);
      this.#waiting.append(waiter);
      // An abort takes effect only while the waiter stands in line: its owner gives back what was granted.
      waiter.stopWatching = watchCaller("Waiting for capacity", options, (reason) => {
        if (!this.#waiting.remove(waiter)) return;
        waiter.refuse(reason);
        this.#serve();
      });
      this.#serve();
    });
  }

  #serve(): void {
    let { first } = this.#waiting;
    while (first !== undefined && first.atLeast <= this.available) {
      const granted = Math.min(first.atMost, this.available);
      this.#waiting.remove(first);
      this.take(granted);
      first.grant(granted);
      first = this.#waiting.first;
    }
  }
}

class Waiter implements ListMember<Waiter> {
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  list: object | undefined = undefined;

  readonly atLeast: number;
  readonly atMost: number;
  readonly #resolve: (granted: number) => void;
  readonly #reject: (reason: unknown) => void;
  /** Stops watching the caller's signal and time limit. */
  stopWatching: (() => void) | undefined = undefined;

  constructor(
    atLeast: number,
    atMost: number,
    resolve: (granted: number) => void,
    reject: (reason: unknown) => void,
  ) {
    this.atLeast = atLeast;
    this.atMost = atMost;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  grant(count: number): void {
    this.stopWatching?.();
    this.#resolve(count);
  }

  refuse(reason: unknown): void {
    this.stopWatching?.();
    this.#reject(reason);
  }
}
