import type { AwsMessaging, EventConsumer } from "@wirekit/aws-messaging";
import { OrderPlaced } from "../order-placed.ts";

/** A dead letter, as an operator would find it. */
export interface FoundDeadLetter {
  readonly orderId: string;
  readonly reason: string;
  readonly error: string;
  readonly attempts: string;
}

/**
 * Takes the first message out of a dead-letter queue: it is an order like any other, with the reason in its
 * attributes.
 */
export async function takeDeadLetter(
  messaging: AwsMessaging,
  queue: string,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<FoundDeadLetter> {
  let consumer: EventConsumer | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<FoundDeadLetter>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`there is no dead letter after ${timeoutMs} ms`)), timeoutMs);
      consumer = messaging.consume({ queue, schema: OrderPlaced.schema }, (order, { metadata }) => {
        const attribute = (name: string) => String(metadata.attributes[`wirekit.dead-letter.${name}`]);
        resolve({
          orderId: order.order_id,
          reason: attribute("reason"),
          error: attribute("error"),
          attempts: attribute("attempts"),
        });
      });
      consumer.closed.catch(reject);
    });
  } finally {
    clearTimeout(timer);
    await consumer?.close();
  }
}
