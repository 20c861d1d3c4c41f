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
  /**
   * Prefers to wait until as much is available, because a request costs the same whatever it brings. As soon
   * as a slot has stood idle for a moment with no reservation open, `atLeast` is enough. Default: `atLeast`.
   */
  readonly preferred?: number | undefined;
  /** Takes no more than this. Default: `preferred`. */
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

/**
 * How long a slot stands idle before a reservation is served with less than it prefers, in milliseconds. What
 * fast handlers take is given back within this time, all together: one receive then fetches a full batch.
 */
const idlePatienceMs = 100;

/** The most tasks that go on without capacity. */
const maxParked = 1_000;

/** Counts how many tasks are held, and serves those who wait for capacity in the order in which they came. */
export class Capacity {
  readonly limit: number;
  readonly #clock: Clock;
  readonly #blockedAtIdleSlot: () => number | undefined;
  readonly #waiting = new LinkedList<Waiter>();
  #taken = 0;
  #parked = 0;
  /** Reservations that tasks may still come in by. */
  #open = 0;
  #closedBy: Error | undefined;
  #cancelPatience: (() => void) | undefined;

  /**
   * @param blockedAtIdleSlot if a slot is free, and nothing that is held can run in it: how many tasks wait
   * for their keys. Their capacity is lent to what may run in the slot.
   */
  constructor(limit: number, clock: Clock, blockedAtIdleSlot: () => number | undefined) {
    this.limit = limit;
    this.#clock = clock;
    this.#blockedAtIdleSlot = blockedAtIdleSlot;
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

  /** Gives back the capacity of one task that goes on without it; `false` if too many do. */
  park(): boolean {
    if (this.#parked >= maxParked) return false;
    this.#parked += 1;
    this.giveBack(1);
    return true;
  }

  /** A parked task has ended. */
  unpark(): void {
    this.#parked -= 1;
  }

  /** Call it when a slot may have become idle. */
  slotsChanged(): void {
    if (this.#waiting.size > 0) this.#watchIdleSlots();
  }

  /** Rejects those who wait, and those who come later. */
  close(error: Error): void {
    this.#closedBy = error;
    this.#endPatience();
    for (const waiter of this.#waiting) {
      this.#waiting.remove(waiter);
      waiter.refuse(error);
    }
  }

  /** @param enter puts a task into its queue. If it throws, the reservation keeps its capacity. */
  async reserve<Task>(
    request: ReservationRequest,
    options: WaitOptions,
    enter: (task: Task) => QueueEntry,
  ): Promise<Reservation<Task>> {
    const granted = await this.#grant(request, options);
    let remaining = granted;
    const use = (count: number) => {
      if (remaining > 0 && remaining === count) this.#open -= 1;
      remaining -= count;
    };
    return {
      get remaining() {
        return remaining;
      },
      add: (task) => {
        if (remaining < 1) throw new QueueFullError("The reservation", { unit: "tasks", limit: granted });
        const entry = enter(task);
        use(1);
        return entry;
      },
      release: () => {
        const unused = remaining;
        use(unused);
        this.giveBack(unused);
      },
    };
  }

  /** Resolves with how much the caller was given. */
  #grant(
    { atLeast = 1, preferred = atLeast, atMost = preferred }: ReservationRequest,
    options: WaitOptions,
  ): Promise<number> {
    throwFaults([
      checkWhole("atLeast", atLeast, { minimum: 1, maximum: this.limit }),
      checkWhole("preferred", preferred, { minimum: atLeast }),
      checkWhole("atMost", atMost, { minimum: preferred, unlimited: "allowed" }),
    ]);
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) return reject(options.signal.reason);
      if (this.#closedBy !== undefined) return reject(this.#closedBy);
      const waiter = new Waiter(
        { atLeast, atMost, preferred: Math.min(preferred, this.limit) },
        resolve,
        reject,
      );
      this.#waiting.append(waiter);
      // An abort takes effect only while the waiter stands in line: its owner gives back what was granted.
      const watched = { ...options, clock: this.#clock };
      waiter.stopWatching = watchCaller("Waiting for capacity", watched, (reason) => {
        if (!this.#waiting.remove(waiter)) return;
        waiter.refuse(reason);
        this.#serve();
      });
      this.#serve();
    });
  }

  #serve(): void {
    let { first } = this.#waiting;
    while (first !== undefined && first.preferred <= this.available) {
      this.#grantTo(first);
      first = this.#waiting.first;
    }
    this.#watchIdleSlots();
  }

  #grantTo(waiter: Waiter, room = this.available): void {
    const granted = Math.min(waiter.atMost, room);
    this.#waiting.remove(waiter);
    this.take(granted);
    this.#open += 1;
    waiter.grant(granted);
  }

  /** Serves the first who waits with less than it prefers, once a slot has stood idle for a while. */
  #watchIdleSlots(): void {
    if (this.#waiterForIdleSlot() === undefined) {
      this.#endPatience();
      return;
    }
    this.#cancelPatience ??= this.#clock.setTimer(() => {
      this.#cancelPatience = undefined;
      const served = this.#waiterForIdleSlot();
      if (served !== undefined) this.#grantTo(served.waiter, served.room);
    }, idlePatienceMs);
  }

  #endPatience(): void {
    this.#cancelPatience?.();
    this.#cancelPatience = undefined;
  }

  /** The first who waits, if a slot stands idle that it could fill, and no reservation is open to fill it. */
  #waiterForIdleSlot(): { readonly waiter: Waiter; readonly room: number } | undefined {
    const { first: waiter } = this.#waiting;
    if (waiter === undefined || this.#open > 0) return undefined;
    const blocked = this.#blockedAtIdleSlot();
    if (blocked === undefined) return undefined;
    const room = this.limit - this.#taken + blocked;
    return room < waiter.atLeast ? undefined : { waiter, room };
  }
}

class Waiter implements ListMember<Waiter> {
  previous: Waiter | undefined = undefined;
  next: Waiter | undefined = undefined;
  list: object | undefined = undefined;

  readonly atLeast: number;
  readonly preferred: number;
  readonly atMost: number;
  readonly #resolve: (granted: number) => void;
  readonly #reject: (reason: unknown) => void;
  /** Stops watching the caller's signal and time limit. */
  stopWatching: (() => void) | undefined = undefined;

  constructor(
    { atLeast, preferred, atMost }: Readonly<Record<"atLeast" | "preferred" | "atMost", number>>,
    resolve: (granted: number) => void,
    reject: (reason: unknown) => void,
  ) {
    this.atLeast = atLeast;
    this.preferred = preferred;
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
