import { afterInput } from "../kit/after-input.ts";

/** What one turn has done. */
export interface Turn {
  /** How many tasks it has begun. */
  readonly begun: number;
  /** Whether there is more to do at once. */
  readonly isMore: boolean;
}

/**
 * After so many tasks the event loop gets a turn. Tasks that never wait for anything would otherwise keep it from heartbeats and renewals until
 * nothing is left.
 */
const mostInTurn = 256;

/** Takes turns at beginning tasks: never inside of whoever asks for one, one turn however often it is asked for, and none within another. */
export class Turns {
  readonly #take: () => Turn;
  #isDue = false;
  #isTaken = false;
  #begun = 0;

  /** @param take looks at all there is to do: what is asked for meanwhile needs no turn of its own. */
  constructor(take: () => Turn) {
    this.#take = take;
  }

  soon(): void {
    if (this.#isDue || this.#isTaken) return;
    this.#isDue = true;
    if (this.#begun < mostInTurn) {
      queueMicrotask(this.#run);
      return;
    }
    this.#begun = 0;
    afterInput(this.#run);
  }

  readonly #run = (): void => {
    this.#isDue = false;
    this.#isTaken = true;
    const { begun, isMore } = this.#take();
    this.#isTaken = false;
    this.#begun += begun;
    if (isMore) this.soon();
  };
}
