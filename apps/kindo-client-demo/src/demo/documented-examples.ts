import type { OrderService } from "../order-service.ts";
import { showResult } from "./show-result.ts";
import { type Stage, withOrderService } from "./stage.ts";
import { type StepResult, stepOfSends, timed } from "./tally.ts";

/** The four messages that the producer's documentation shows. */
export async function sendDocumentedExamples(stage: Stage): Promise<StepResult> {
  const { screen, expectations, producer, textMessages } = stage;
  screen.heading("The four documented messages");

  const results = await withOrderService(stage, {}, async (orders) => {
    const played = [];
    for (const [description, send] of examples(orders)) {
      const result = await timed(send);
      showResult(screen, description, result);
      played.push(result);
    }
    return played;
  });

  const stored = [...producer.stored, ...textMessages.stored];
  const hashed = stored.filter(({ securityLevel }) => securityLevel === "sensitive");
  screen.line(screen.colors.dim("  The first send also loads the HTTP client, the signer and the schema."));
  screen.line();
  screen.line(`Of the ${hashed.length} sensitive ones the producer kept a hash in place of the payload:`);
  for (const message of hashed) {
    if ("payloadSha256" in message) screen.line(screen.colors.dim(`  sha256 ${message.payloadSha256}`));
  }
  expectations.expect("all four documented messages are delivered", stored.length === 4);
  expectations.expect("two of them are stored as hashes", hashed.length === 2);
  expectations.expect("one of them went to us-east-1", textMessages.stored.length === 1);
  return stepOfSends("documented messages", results);
}

function examples(orders: OrderService) {
  return [
    [
      "user.notification    email     normal     ap-southeast-2",
      () =>
        orders.notifyUser({
          userId: "12345",
          subject: "Welcome!",
          content: "Thank you for joining our platform.",
        }),
    ],
    [
      "payment.processed    internal  sensitive  ap-southeast-2",
      () =>
        orders.recordPayment({
          userId: "12345",
          cardLast4: "4242",
          amount: 99.99,
          transactionId: "txn-abc-1",
        }),
    ],
    [
      "order.status_update  sms       sensitive  us-east-1     ",
      () =>
        orders.updateOrderStatus({
          orderId: "order-789",
          status: "shipped",
          estimatedDelivery: "2026-01-20",
          customerPhone: "+1 555 0100",
          shippingAddress: "1 Example Street, Springfield",
        }),
    ],
    [
      "system.backup        logging   normal     ap-southeast-2",
      () =>
        orders.logSystemEvent({
          type: "backup",
          at: new Date("2026-01-15T03:00:00Z"),
          facts: { tables: 12, complete: true },
        }),
    ],
  ] as const;
}
