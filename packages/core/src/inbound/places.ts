import type { Clock } from "../clock.ts";
import { watchCaller } from "../kit/caller-watch.ts";
import { LinkedList, type ListMember } from "../kit/linked-list.ts";
import { checkWhole, throwFaults } from "../kit/option-checks.ts";
import type { WaitOptions } from "../kit/waiting.ts";

/** How many places somebody wants. */
export interface ReservationRequest {
  /** Waits until there are as many. Default 1. */
  readonly atLeast?: number | undefined;
  /** Takes no more than this. Default: `atLeast`. */
  readonly atMost?: number | undefined;
}

/** Counts places, and serves those who wait for some in the order in which they came. */
export class Places {
  readonly capacity: number;
  readonly #waiting = new LinkedList<Waiter>();
  #taken = 0;
  #closedBy: Error | undefined;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get room(): number {
    return Math.max(0, this.capacity - this.#taken);
  }

  take(count: number): void {
    this.#taken += count;
  }

  giveBack(count: number): void {
    this.#taken -= count;
    this.#serve();
  }

  /** Rejects all who wait, and who come later. */
  close(error: Error): void {
    this.#closedBy = error;
    for (const waiter of this.#waiting) {
      this.#waiting.remove(waiter);
      waiter.refuse(error);
    }
  }

  /** Resolves with the number of places that are the caller's now. */
  reserve(
    { atLeast = 1, atMost = atLeast }: ReservationRequest,
    options: WaitOptions & { readonly clock: Clock },
  ): Promise<number> {
    throwFaults([
      checkWhole("atLeast", atLeast, { minimum: 1, maximum: this.capacity }),
      checkWhole("atMost", atMost, { minimum: atLeast, unlimited: "allowed" }),
    ]);
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) return reject(options.signal.reason);
      if (this.#closedBy !== undefined) return reject(this.#closedBy);
      const waiter = new Waiter(atLeast, atMost, resolve, reject);
      this.#waiting.append(waiter);
      // An abort takes effect only while the waiter stands in line: places that were granted are given back by their owner.
      waiter.release = watchCaller("Waiting for room", options, (reason) => {
        if (!this.#waiting.remove(waiter)) return;
        waiter.refuse(reason);
        this.#serve();
      });
      this.#serve();
    });
  }

  #serve(): void {
    let { first } = this.#waiting;
    while (first !== undefined && first.atLeast <= this.room) {
      const granted = Math.min(first.atMost, this.room);
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
  /** Lets go of the caller's signal and time limit. */
  release: (() => void) | undefined = undefined;

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
    this.release?.();
    this.#resolve(count);
  }

  refuse(reason: unknown): void {
    this.release?.();
    this.#reject(reason);
  }
}
