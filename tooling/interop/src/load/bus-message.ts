import { createMessage, type DecodedMessage, type MessageBusMessage } from "@wirekit/message-bus";
import { Order } from "./order.ts";

/** An order in one of the bus's own messages. */
export function toMessage(order: Order): MessageBusMessage<"STATUS_UPDATE"> {
  return createMessage({
    source: "LOAD",
    serviceToken: "t",
    instructionType: "STATUS_UPDATE",
    payload: { reference: String(order.n), status: order.group, message: JSON.stringify(order) },
  });
}

export function toOrder(message: DecodedMessage): Order {
  if (message.kind !== "STATUS_UPDATE") throw new Error(`${message.kind} was never sent`);
  return Order.parse(JSON.parse(message.payload.message ?? "{}"));
}
