import { defineEvent } from "@wirekit/aws-messaging";
import * as z from "zod";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/**
 * What both services know of each other: an order was placed. The date is text on the wire and a `Date` on
 * both sides.
 */
export const OrderPlaced = defineEvent({
  topic: "orders",
  schema: z.object({
    order_id: z.string(),
    customer: z.string(),
    total_cents: z.int().nonnegative(),
    placed_at: isoDate,
  }),
});

/** An order, as a handler gets it. */
export type Order = z.output<typeof OrderPlaced.schema>;
