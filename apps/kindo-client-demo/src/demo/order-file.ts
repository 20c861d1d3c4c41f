import { writeFile } from "node:fs/promises";
import type { ProducerPayload } from "@wirekit/kindo-client";
import { orderStatusUpdate, paymentProcessed, systemEvent, userNotification } from "../messages.ts";

const products = ["Espresso cups", "Desk lamp", "Trail shoes", "Café au lait bowl", "雨傘", "Notebook"];
const firstOrderAt = Date.UTC(2026, 0, 5, 8, 0, 0);

/** Writes a day's messages to a JSONL file, the same ones every time. */
export async function writeOrderFile(path: string, messageCount: number): Promise<void> {
  const lines = Array.from({ length: messageCount }, (_, index) => JSON.stringify(orderMessage(index)));
  await writeFile(path, `${lines.join("\n")}\n`, "utf8");
}

function orderMessage(index: number): ProducerPayload {
  const order = Math.floor(index / 4) + 1;
  const userId = `user-${1 + ((order * 37) % 400)}`;
  const product = products[order % products.length] ?? "";
  const at = new Date(firstOrderAt + index * 20_000);
  switch (index % 4) {
    case 0:
      return userNotification({
        userId,
        subject: `Order ${order} received`,
        content: `Thank you. We are packing: ${product}.`,
      });
    case 1:
      return paymentProcessed({
        userId,
        cardLast4: String(1000 + ((order * 7919) % 9000)),
        amount: (1999 + ((order * 613) % 20_000)) / 100,
        transactionId: `txn-${order}`,
      });
    case 2:
      return orderStatusUpdate({
        orderId: `order-${order}`,
        status: "shipped",
        estimatedDelivery: new Date(at.getTime() + 2 * 86_400_000).toISOString().slice(0, 10),
        customerPhone: `+61 400 ${String(100_000 + order)}`,
        shippingAddress: `${1 + (order % 200)} Harbour Street, Sydney`,
      });
    default:
      return systemEvent({ type: "stock", at, facts: { product, left: 500 - (order % 500) } });
  }
}
