import { type Clock, TimeoutError } from "@wirekit/core";
import { onAbort } from "@wirekit/core/kit";
import type { Batcher, BatchOutcome } from "@wirekit/core/outbound";
import type { PublishEntry } from "../connection/sns-api.ts";
import type { BodyPointer } from "../large-bodies/body-store.ts";
import { checkPublishOptions } from "./check-call.ts";
import type { PublishCall, PublishReceipt } from "./publish-options.ts";

/** A message that is ready to go, all but its place in a batch. */
export interface PreparedEntry {
  readonly entry: Omit<PublishEntry, "Id">;
  /** Body and attributes, as SNS counts them. */
  readonly bytes: number;
  /** Where its body stands, if that was too large. */
  readonly stored?: BodyPointer;
  /** Whose it is: who is told, and what the report of a close names. `undefined` for a dead letter. */
  publication: Publication | undefined;
}

/** Called once with what became of a message; a single publish rejects with `reason`. */
export type Tell = (outcome: BatchOutcome<PublishReceipt>, reason: unknown) => void;

/** What all publishes of a client share. */
export interface PublicationContext {
  /** Fires when the client closes and can wait no longer. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
}

/** What a publish has that waits for something. */
interface Wait {
  readonly controller: AbortController;
  readonly releases: (() => void)[];
}

/** One call of `publish` on its way to its batch. */
export class Publication {
  readonly call: PublishCall;
  tell: Tell;
  /** The message, as far as it has come. */
  entry: PreparedEntry | Promise<PreparedEntry> | undefined;
  /** Where it goes, once that was found. */
  topic: (Batcher<PreparedEntry, PublishReceipt> & { readonly area: string }) | undefined;
  readonly #shared: PublicationContext;
  readonly #startedAt: number;
  #wait: Wait | undefined;

  constructor(call: PublishCall, tell: Tell, shared: PublicationContext) {
    this.call = call;
    this.tell = tell;
    this.#shared = shared;
    this.#startedAt = shared.clock.monotonic();
  }

  /** Body and attributes, once the message is prepared. */
  get bytes(): number | undefined {
    const { entry } = this;
    return entry === undefined || entry instanceof Promise ? undefined : entry.bytes;
  }

  get elapsedMs(): number {
    return this.#shared.clock.monotonic() - this.#startedAt;
  }

  /** @throws the signal's own reason; ConfigError naming every option at fault. */
  check(): void {
    const { options } = this.call;
    checkPublishOptions(options);
    options.signal?.throwIfAborted();
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
    if (this.#wait !== undefined) return this.#wait.controller.signal;
    const controller = new AbortController();
    const releases: (() => void)[] = [];
    this.#wait = { controller, releases };
    const { signal, timeoutMs } = this.call.options;
    const { stop, clock } = this.#shared;
    for (const parent of [signal, stop]) {
      if (parent !== undefined) releases.push(onAbort(parent, () => controller.abort(parent.reason)));
    }
    if (timeoutMs !== undefined) {
      const giveUp = () => controller.abort(new TimeoutError("Publishing", timeoutMs));
      releases.push(clock.setTimer(giveUp, this.leftMs ?? 0));
    }
    return controller.signal;
  }

  /** Lets go of the caller's signal and of the timer. */
  release(): void {
    for (const release of this.#wait?.releases.splice(0) ?? []) release();
  }
}
