import type { KafkaClock } from "../clock.ts";

/** What all groups share. */
export interface GroupSettings {
  readonly clock: KafkaClock;
  /** How long the first rebalance of an empty group waits for more members, in milliseconds. */
  readonly initialRebalanceDelayMs: number;
}

/** For how long a rebalance waits for the members of the group to join. */
export class JoinWindow {
  readonly #settings: GroupSettings;
  readonly #onEnd: () => void;
  #open: "for-members" | "for-newcomers" | undefined;
  #newcomers = 0;
  #cancelTimer: () => void = () => {};

  /** `onEnd` is called when the time is over. */
  constructor(settings: GroupSettings, onEnd: () => void) {
    this.#settings = settings;
    this.#onEnd = onEnd;
  }

  /**
   * Whether the last member to join ends it. A group that was empty waits for those whom nobody knows of yet.
   */
  get endsWithTheLast(): boolean {
    return this.#open === "for-members";
  }

  /** Waits for the members that there are. */
  openForMembers(rebalanceTimeoutMs: number): void {
    this.#open = "for-members";
    this.#cancelTimer = this.#settings.clock.setTimer(this.#onEnd, rebalanceTimeoutMs);
  }

  /** Waits for newcomers, and for some more of them whenever one came in the meantime. */
  openForNewcomers(rebalanceTimeoutMs: number): void {
    this.#open = "for-newcomers";
    const { initialRebalanceDelayMs } = this.#settings;
    this.#awaitNewcomers(initialRebalanceDelayMs, rebalanceTimeoutMs - initialRebalanceDelayMs);
  }

  countNewcomer(): void {
    this.#newcomers += 1;
  }

  close(): void {
    this.#open = undefined;
    this.#cancelTimer();
  }

  #awaitNewcomers(delayMs: number, remainingMs: number): void {
    this.#newcomers = 0;
    this.#cancelTimer = this.#settings.clock.setTimer(() => {
      if (this.#newcomers === 0 || remainingMs <= 0) return this.#onEnd();
      const nextMs = Math.min(this.#settings.initialRebalanceDelayMs, remainingMs);
      this.#awaitNewcomers(nextMs, remainingMs - nextMs);
    }, delayMs);
  }
}
