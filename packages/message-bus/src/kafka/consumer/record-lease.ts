import type { WirekitError } from "@wirekit/core";
import type { Lease } from "@wirekit/core/inbound";

/** The right to a record: it lasts as long as its partition stays assigned, and needs no renewal. */
export class RecordLease implements Lease {
  #reason: WirekitError | undefined;
  #listeners: ((reason: WirekitError) => void)[] = [];

  get isLost(): boolean {
    return this.#reason !== undefined;
  }

  onLost(listener: (reason: WirekitError) => void): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason);
      return nothing;
    }
    const listeners = this.#listeners;
    listeners.push(listener);
    return () => {
      const place = listeners.indexOf(listener);
      if (place >= 0) listeners.splice(place, 1);
    };
  }

  end(): void {
    this.#listeners = [];
  }

  /** The partition is not ours any more: tells all who listen, once. */
  lose(reason: WirekitError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of [...listeners]) listener(reason);
  }
}

function nothing(): void {}
