import { forgetting } from "./forgetting.ts";

export interface BoundedLogOptions<T> {
  /** What it holds, in the plural, as the warning names it. */
  readonly name: string;
  /** The most that it keeps, in the unit of `weigh`. */
  readonly limit: number;
  readonly weigh: (value: T) => number;
  /** The option by which the limit is raised, as the warning names it; without one there is no warning. */
  readonly option?: string | undefined;
}

/** Keeps the latest of what is added: the oldest go where the limit is passed. The newest always stays. */
export class BoundedLog<T> {
  readonly #values: T[] = [];
  readonly #options: BoundedLogOptions<T>;
  readonly #warn: () => void;
  #weight = 0;
  #forgotten = 0;

  constructor(options: BoundedLogOptions<T>) {
    this.#options = options;
    this.#warn = forgetting(options);
  }

  /** What it keeps, the oldest first. Always the same array. */
  get values(): readonly T[] {
    return this.#values;
  }

  /** How many were added. */
  get added(): number {
    return this.#forgotten + this.#values.length;
  }

  /** How many of those that were added are gone. */
  get forgotten(): number {
    return this.#forgotten;
  }

  add(value: T): void {
    const { limit, weigh } = this.#options;
    this.#values.push(value);
    this.#weight += weigh(value);
    if (this.#weight <= limit) return;
    // Some more than need be, so that the array is not moved for each one that is added from now on.
    const goal = limit - limit / 8;
    let gone = 0;
    while (gone < this.#values.length - 1 && this.#weight > goal) {
      this.#weight -= weigh(this.#values[gone] as T);
      gone += 1;
    }
    this.#values.splice(0, gone);
    this.#forgotten += gone;
    this.#warn();
  }

  /** The `count`-th that was added, from 1; undefined where it is gone or still to come. */
  nth(count: number): T | undefined {
    return this.#values[count - 1 - this.#forgotten];
  }

  /** Begins anew. */
  clear(): void {
    this.#values.length = 0;
    this.#weight = 0;
    this.#forgotten = 0;
  }
}
