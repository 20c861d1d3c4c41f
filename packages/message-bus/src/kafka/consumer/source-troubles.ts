import type { WirekitError } from "@wirekit/core";

/** What a source can be hindered by, the worst first. */
const causes = ["stopped", "reading", "committing"] as const;

/** One of {@link causes}. */
export type TroubleArea = (typeof causes)[number];

/** Whom faults are told: an `Intake`. */
export interface TroubleListener {
  fault(error: unknown): void;
  recovered(): void;
}

/**
 * Tells the worst of several faults that can hold at once, and that all is well only when none holds any
 * more.
 */
export class SourceTroubles {
  readonly #listener: TroubleListener;
  readonly #troubles = new Map<TroubleArea, WirekitError>();

  constructor(listener: TroubleListener) {
    this.#listener = listener;
  }

  begin(cause: TroubleArea, error: WirekitError): void {
    this.#troubles.set(cause, error);
    this.#tell();
  }

  end(cause: TroubleArea): void {
    if (this.#troubles.delete(cause)) this.#tell();
  }

  get(cause: TroubleArea): WirekitError | undefined {
    return this.#troubles.get(cause);
  }

  #tell(): void {
    const worst = causes.map((cause) => this.#troubles.get(cause)).find((error) => error !== undefined);
    if (worst === undefined) this.#listener.recovered();
    else this.#listener.fault(worst);
  }
}
