import { setMaxListeners } from "node:events";
import type { PlannedFault } from "./fault.ts";
import { createTally } from "./tally.ts";
import type { ReadTarget } from "./vocabulary.ts";

/** A fault at work on one request. */
export interface Strike<Fault> {
  readonly faults: readonly Fault[];
  /** Aborted when the fault is released. */
  readonly released: AbortSignal;
  /** To be called when the request has ended. */
  end(): void;
}

const spent = () => new Error("The fault strikes no more requests than it has struck");
const cancelled = () => new Error("The fault was cancelled before this happened");

/** A fault that strikes for ever must not keep every request that it has struck. */
const latest = { name: "requests that a fault has struck", limit: 256, weigh: () => 1 };

/** One fault of a script: how often it has struck, how often it may, and who waits for it. */
export class Plan<Fault, Request> {
  readonly faults: readonly Fault[];
  readonly target: ReadTarget<Request>;
  readonly #release = new AbortController();
  readonly #struck = createTally<Request>(latest);
  readonly #ended = createTally<Request>(latest);
  #remaining: number;
  #strikes = 0;
  #running = 0;

  constructor(faults: readonly Fault[], target: ReadTarget<Request>) {
    this.faults = faults;
    this.target = target;
    this.#remaining = target.times;
    setMaxListeners(0, this.#release.signal);
  }

  get remaining(): number {
    return this.#remaining;
  }

  /** Whether it strikes no more and nothing that it struck is under way. */
  get isOver(): boolean {
    return this.#remaining === 0 && this.#running === 0;
  }

  strike(request: Request, onOver: () => void): Strike<Fault> {
    this.#remaining -= 1;
    this.#strikes += 1;
    this.#running += 1;
    this.#struck.add(request);
    if (this.#remaining === 0) this.#struck.end(spent());
    let end = (): void => {
      this.#running -= 1;
      this.#ended.add(request);
      if (!this.isOver) return;
      this.#ended.end(spent());
      onOver();
    };
    return {
      faults: this.faults,
      released: this.#release.signal,
      end: () => {
        end();
        end = () => {};
      },
    };
  }

  release(): void {
    this.#release.abort();
  }

  cancel(): void {
    this.#remaining = 0;
    this.#struck.end(cancelled());
    if (this.isOver) this.#ended.end(cancelled());
  }

  /** Rejects those who wait for it. */
  close(reason: Error): void {
    this.#remaining = 0;
    this.#struck.end(reason);
    this.#ended.end(reason);
  }

  /** What the test that planned it is given. */
  handle(onCancel: () => void): PlannedFault<Request> {
    const strikes = () => this.#strikes;
    return {
      get strikes() {
        return strikes();
      },
      struck: (count = 1) => this.#struck.reached(count),
      ended: (count = 1) => this.#ended.reached(count),
      release: () => this.release(),
      cancel: () => {
        this.cancel();
        onCancel();
      },
    };
  }
}
