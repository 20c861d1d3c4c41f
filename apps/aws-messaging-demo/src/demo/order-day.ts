import { randomUUID } from "node:crypto";
import type { Order } from "../order-placed.ts";

/**
 * A lease without a renewal: shorter than the slow order takes, which would come a second time without one;
 * and long enough for a busy machine to renew it in time.
 */
export const visibilityTimeoutMs = 5_000;
export const unknownCustomer = "nobody";

const slowCustomer = "the-slow-one";
const slowWorkMs = 6_500;
const usualWorkMs = 20;

export function usualOrders(count: number): readonly Order[] {
  return Array.from({ length: count }, (_, index) => order(`customer-${index % 20}`));
}

/** No attempt to invoice it succeeds. */
export function poisonOrder(): Order {
  return order(unknownCustomer);
}

/** To invoice it takes longer than its lease lasts. */
export function slowOrder(): Order {
  return order(slowCustomer);
}

/** How long the invoice of an order takes, in milliseconds. */
export function workOf({ customer }: Order): number {
  return customer === slowCustomer ? slowWorkMs : usualWorkMs;
}

function order(customer: string): Order {
  return { order_id: randomUUID(), customer, total_cents: 4_250, placed_at: new Date() };
}
