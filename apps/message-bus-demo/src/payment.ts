/** A payment of a customer, as it is asked for. */
export interface Payment {
  /** The same for every copy of one payment. */
  readonly idempotencyKey: string;
  readonly customer: string;
  readonly reference: string;
  readonly currency: string;
  /** In units of the currency: `"12.50"`. */
  readonly value: string;
}
