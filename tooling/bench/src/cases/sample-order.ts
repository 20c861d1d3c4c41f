import * as z from "zod";

export const Order = z.object({
  order_id: z.string(),
  customer: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.int(), price_cents: z.int() })),
  slow: z.boolean(),
});

export type Order = z.infer<typeof Order>;

/** An order, about 350 bytes as JSON; one in ten is slow to handle where that is measured. */
export function sampleOrders(count: number): readonly Order[] {
  return Array.from({ length: count }, (_, number) => ({
    order_id: `ORD-${number}`,
    customer: `customer-${number % 97}`,
    lines: Array.from({ length: 5 }, (_, index) => ({
      sku: `SKU-${index}`,
      quantity: index + 1,
      price_cents: 950 + index,
    })),
    slow: number % 10 === 0,
  }));
}

/** Ten to each, the most that SNS and SQS take in a request. */
export function inTens<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / 10) }, (_, index) =>
    items.slice(index * 10, index * 10 + 10),
  );
}
