import type { Clock } from "../clock.ts";
import type { Health, HealthReason, HealthStatus } from "../contract.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";

interface Trouble {
  readonly error: WirekitError;
  readonly since: number;
}

/**
 * What fails at present, by area (a queue, "sending"), until it works again: the reasons of a client's
 * `health()`.
 */
export class Troubles {
  readonly #clock: Clock;
  readonly #byArea = new Map<string, Trouble>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that `area` fails. If it failed already, it keeps the time since when. */
  report(area: string, error: WirekitError): void {
    this.#byArea.set(area, { error, since: this.#byArea.get(area)?.since ?? this.#clock.monotonic() });
  }

  /** Notes that `area` works again, or does not exist any more. */
  clear(area: string): void {
    // Called for everything that succeeds: an empty map is the usual case.
    if (this.#byArea.size > 0) this.#byArea.delete(area);
  }

  get reasons(): readonly HealthReason[] {
    const now = this.#clock.monotonic();
    return [...this.#byArea.values()].map(({ error, since }) => ({
      code: error.code,
      message: error.message,
      sinceMs: now - since,
    }));
  }

  /** The health of something that is `status`, or `"degraded"` while anything fails that should be `"ok"`. */
  health(status: HealthStatus = "ok"): Health {
    const { reasons } = this;
    return { status: status === "ok" && reasons.length > 0 ? "degraded" : status, reasons };
  }
}
