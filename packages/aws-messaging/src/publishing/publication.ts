import { type Clock, ConfigError, TimeoutError } from "@wirekit/core";
import { checkDurationMs, onAbort } from "@wirekit/core/kit";
import type { PreparedEntry } from "./prepare-entry.ts";
import type { PublishCall } from "./publish-options.ts";

/** One call of `publish` on its way to its batch. */
export class Publication {
  readonly call: PublishCall;
  /** The message, as far as it has come. */
  entry: PreparedEntry | Promise<PreparedEntry> | undefined;
  readonly #startedAt: number;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  #controller: AbortController | undefined;
  #releases: (() => void)[] | undefined;

  /** @param stop fires when the client closes and can wait no longer. */
  constructor(call: PublishCall, stop: AbortSignal, clock: Clock) {
    this.call = call;
    this.#stop = stop;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  /** Body and attributes, once the message is prepared. */
  get bytes(): number | undefined {
    const { entry } = this;
    return entry === undefined || entry instanceof Promise ? undefined : entry.bytes;
  }

  get elapsedMs(): number {
    return this.#clock.monotonic() - this.#startedAt;
  }

  /** @throws the signal's own reason; ConfigError for a time limit that is not a number of milliseconds. */
  check(): void {
    const { signal, timeoutMs } = this.call.options;
    signal?.throwIfAborted();
    if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return;
    const issue = checkDurationMs("timeoutMs", timeoutMs, { minimum: 0 });
    if (issue !== undefined) throw new ConfigError([issue]);
  }

  /** What is left of the caller's time; `undefined` if there is no limit. */
  get leftMs(): number | undefined {
    const { timeoutMs } = this.call.options;
    return timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - this.elapsedMs);
  }

  /**
   * Fires when the caller gives up, its time is over, or the client closes. It is made only if something has
   * to be waited for: most messages come to their batch without waiting.
   */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    const controller = new AbortController();
    const releases: (() => void)[] = [];
    this.#controller = controller;
    this.#releases = releases;
    const { signal, timeoutMs } = this.call.options;
    for (const parent of [signal, this.#stop]) {
      if (parent !== undefined) releases.push(onAbort(parent, () => controller.abort(parent.reason)));
    }
    if (timeoutMs !== undefined) {
      const giveUp = () => controller.abort(new TimeoutError("Publishing", timeoutMs));
      releases.push(this.#clock.setTimer(giveUp, this.leftMs ?? 0));
    }
    return controller.signal;
  }

  /** Lets go of the caller's signal and of the timer. */
  release(): void {
    for (const release of this.#releases?.splice(0) ?? []) release();
  }
}
