import type { ProducerPayload } from "@wirekit/kindo-client";

export const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
export const region = "ap-southeast-2";
export const service = "lambda";

/** An order's change of status, about 1 kB as JSON. */
export function sampleMessage(number: number): ProducerPayload {
  return {
    event_type: "order.status_update",
    message_channel: "sms",
    behavior: "instant",
    security_level: "normal",
    payload: {
      order_id: `ORD-${number}`,
      status: "shipped",
      estimated_delivery: "2026-03-01",
      lines: Array.from({ length: 10 }, (_, index) => ({
        sku: `SKU-${index}`,
        quantity: index + 1,
        price: 9.5 + index,
        description: "A thing of brass",
      })),
    },
  };
}
