import type { WirekitError } from "@wirekit/core";
import type { Lease } from "@wirekit/core/inbound";

type Listener = (reason: WirekitError) => void;

/** The right to a record: it lasts as long as its partition stays assigned, and needs no renewal. */
export class RecordLease implements Lease {
  #reason: WirekitError | undefined;
  /** There is hardly ever more than one: a list for each record would cost more than what it lists. */
  #first: Listener | undefined;
  #others: Listener[] | undefined;

  get isLost(): boolean {
    return this.#reason !== undefined;
  }

  onLost(listener: Listener): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason);
      return nothing;
    }
    if (this.#first === undefined) this.#first = listener;
    else this.#others = [...(this.#others ?? []), listener];
    return () => {
      if (this.#first === listener) this.#first = undefined;
      else this.#others = this.#others?.filter((other) => other !== listener);
    };
  }

  end(): void {
    this.#first = undefined;
    this.#others = undefined;
  }

  /** The partition is not ours any more: tells all who listen, once. */
  lose(reason: WirekitError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const [first, others = []] = [this.#first, this.#others];
    this.end();
    first?.(reason);
    for (const listener of others) listener(reason);
  }
}

function nothing(): void {}
