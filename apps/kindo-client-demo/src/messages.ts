import type { ProducerPayload } from "@wirekit/kindo-client";

// What the order service has to say, each kind of message in one place. The names in `payload` are the ones
// on the wire: nothing renames them on the way.

/** Something a user should read. */
export function userNotification(notification: {
  readonly userId: string;
  readonly subject: string;
  readonly content: string;
}): ProducerPayload {
  return {
    event_type: "user.notification",
    message_channel: "email",
    behavior: "instant",
    payload: {
      user_id: notification.userId,
      subject: notification.subject,
      content: notification.content,
    },
  };
}

/** A payment went through. Sensitive: the service keeps a hash in place of the payload. */
export function paymentProcessed(payment: {
  readonly userId: string;
  readonly cardLast4: string;
  readonly amount: number;
  readonly transactionId: string;
}): ProducerPayload {
  return {
    event_type: "payment.processed",
    message_channel: "internal",
    behavior: "instant",
    security_level: "sensitive",
    payload: {
      user_id: payment.userId,
      credit_card_last4: payment.cardLast4,
      amount: payment.amount,
      transaction_id: payment.transactionId,
    },
  };
}

/** An order has moved on. Sensitive as well: it says where somebody lives. */
export function orderStatusUpdate(order: {
  readonly orderId: string;
  readonly status: "packed" | "shipped" | "delivered";
  readonly estimatedDelivery: string;
  readonly customerPhone: string;
  readonly shippingAddress: string;
}): ProducerPayload {
  return {
    event_type: "order.status_update",
    message_channel: "sms",
    behavior: "instant",
    security_level: "sensitive",
    payload: {
      order_id: order.orderId,
      status: order.status,
      estimated_delivery: order.estimatedDelivery,
      customer_phone: order.customerPhone,
      shipping_address: order.shippingAddress,
    },
  };
}

/** Something that operators want to find in their logs: `system.startup`, `system.backup`. */
export function systemEvent(event: {
  readonly type: string;
  readonly at: Date;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}): ProducerPayload {
  return {
    event_type: `system.${event.type}`,
    message_channel: "logging",
    behavior: "instant",
    payload: { timestamp: event.at.toISOString(), data: event.facts },
  };
}
