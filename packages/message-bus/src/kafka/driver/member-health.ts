import type { WirekitError } from "@wirekit/core";

/** Whom a member tells how it is. */
export interface HealthListener {
  onFault(error: WirekitError): void;
  onRecovered(): void;
}

/** Tells once when something that a member does begins to fail, and once when nothing does any more. */
export class MemberHealth {
  readonly #listener: HealthListener;
  readonly #failing = new Set<string>();

  constructor(listener: HealthListener) {
    this.#listener = listener;
  }

  failed(what: string, error: WirekitError): void {
    if (this.#failing.size === 0) this.#listener.onFault(error);
    this.#failing.add(what);
  }

  works(what: string): void {
    if (this.#failing.delete(what) && this.#failing.size === 0) this.#listener.onRecovered();
  }
}
