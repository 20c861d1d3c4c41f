import type { Clock } from "../clock.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import type { Lease } from "./delivery.ts";
import type { Scheduled } from "./timer-wheel.ts";

/** A lease that is renewed until it is lost or ended. Times are on the monotonic clock. */
export class RenewableLease<Subject> implements Lease, Scheduled {
  readonly subject: Subject;
  readonly startedAt: number;
  /** When the peer may deliver the message to another consumer. */
  expiresAt: number;
  state: "held" | "lost" | "ended" = "held";
  /** What happens when it is due. */
  next: "renewal" | "deadline" = "renewal";
  /** Renewals that have failed in a row. */
  failures = 0;
  lastError: unknown;
  bucket: number | undefined = undefined;
  readonly #clock: Clock;
  readonly #onEnd: (lease: RenewableLease<Subject>) => void;
  #reason: WirekitError | undefined;
  #listeners: Set<(reason: WirekitError) => void> | undefined;

  constructor(subject: Subject, facts: LeaseTimes<Subject>) {
    this.subject = subject;
    this.startedAt = facts.startedAt;
    this.expiresAt = facts.expiresAt;
    this.#clock = facts.clock;
    this.#onEnd = facts.onEnd;
  }

  /** Also true when it has expired and its timer has not fired yet, because the event loop was blocked. */
  get isLost(): boolean {
    return this.state === "lost" || (this.state === "held" && this.#clock.monotonic() >= this.expiresAt);
  }

  onLost(listener: (reason: WirekitError) => void): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason);
      return () => undefined;
    }
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  end(): void {
    if (this.state !== "held") return;
    this.state = "ended";
    this.#listeners = undefined;
    this.#onEnd(this);
  }

  /** Calls all listeners, once. */
  lose(reason: WirekitError): void {
    if (this.state !== "held") return;
    this.state = "lost";
    this.#reason = reason;
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener(reason);
  }
}

interface LeaseTimes<Subject> {
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly clock: Clock;
  readonly onEnd: (lease: RenewableLease<Subject>) => void;
}
