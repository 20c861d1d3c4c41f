import type { WirekitError } from "../errors/wirekit-error.ts";
import type { Processed } from "./consumer-events.ts";
import type { Delivery, Settlement } from "./delivery.ts";

/** How a delivery is to end. */
export type Decision<D extends Delivery> =
  | {
      readonly kind: "settle";
      readonly outcome: Processed["outcome"];
      readonly settlement: Settlement<D>;
      readonly error?: WirekitError;
      readonly isDuplicate?: boolean;
    }
  /** The consumer closes: whoever comes next may have it at once. */
  | { readonly kind: "release"; readonly error: WirekitError }
  /** It is not ours to settle: its lease is lost, or its handler still runs while the consumer is gone. */
  | { readonly kind: "forget"; readonly error: WirekitError };

/** A decision, at once where nothing had to be waited for. */
export type Decided<D extends Delivery> = Decision<D> | Promise<Decision<D>>;

/** What is noted of how a delivery has ended. */
export type Ending<D extends Delivery> = Pick<Processed<D>, "outcome" | "settlement" | "error"> & {
  readonly isDuplicate?: boolean;
};

export const done = { kind: "settle", outcome: "handled", settlement: { kind: "done" } } as const;

export function forget(error: WirekitError): { readonly kind: "forget"; readonly error: WirekitError } {
  return { kind: "forget", error };
}
