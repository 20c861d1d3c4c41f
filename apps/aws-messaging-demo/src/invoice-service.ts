import type { AwsMessaging, EventConsumer } from "@wirekit/aws-messaging";
import { type Order, OrderPlaced } from "./order-placed.ts";

/** Writes the invoice of an order. An order may come more than once: it has to be recognised by its id. */
export type WriteInvoice = (order: Order, options: { readonly signal: AbortSignal }) => Promise<void>;

/** How the invoice service works; the demo is impatient where a service has time. */
export interface InvoiceServiceOptions {
  readonly writeInvoice: WriteInvoice;
  /** The queue that orders go to which cannot be invoiced. */
  readonly deadLetterQueue: string;
  /** How long a message is ours without a renewal, in milliseconds. */
  readonly visibilityTimeoutMs: number;
}

/** Eight orders are invoiced at once, each is tried three times, and a slow one delays nobody. */
export function startInvoiceService(messaging: AwsMessaging, options: InvoiceServiceOptions): EventConsumer {
  const { writeInvoice, deadLetterQueue, visibilityTimeoutMs } = options;
  return messaging.consume(
    {
      topic: OrderPlaced.topic,
      schema: OrderPlaced.schema,
      concurrency: 8,
      deadLetter: { queue: deadLetterQueue },
      visibilityTimeoutMs,
      retry: { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 1_000 },
    },
    (order, { signal }) => writeInvoice(order, { signal }),
  );
}
