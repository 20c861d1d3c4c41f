import type { WirekitError } from "@wirekit/core";

/** What a source can be hindered by, the worst first. */
const causes = ["stopped", "reading", "committing"] as const;

/** One of {@link causes}. */
export type FaultCause = (typeof causes)[number];

/** Whom faults are told: an `Intake`. */
export interface FaultListener {
  fault(error: unknown): void;
  recovered(): void;
}

/** Tells the worst of several faults that can hold at once, and that all is well only when none holds any more. */
export class SourceFaults {
  readonly #listener: FaultListener;
  readonly #faults = new Map<FaultCause, WirekitError>();

  constructor(listener: FaultListener) {
    this.#listener = listener;
  }

  begin(cause: FaultCause, error: WirekitError): void {
    this.#faults.set(cause, error);
    this.#tell();
  }

  end(cause: FaultCause): void {
    if (this.#faults.delete(cause)) this.#tell();
  }

  get(cause: FaultCause): WirekitError | undefined {
    return this.#faults.get(cause);
  }

  #tell(): void {
    const worst = causes.map((cause) => this.#faults.get(cause)).find((error) => error !== undefined);
    if (worst === undefined) this.#listener.recovered();
    else this.#listener.fault(worst);
  }
}
