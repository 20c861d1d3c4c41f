import { createMessage, type MessageBusMessage } from "../../src/index.ts";

export { deferred } from "@wirekit/core/testing";

/** A message that can be told from others by its reference. */
export function statusUpdate(reference: string, idempotencyKey?: string): MessageBusMessage<"STATUS_UPDATE"> {
  return createMessage({
    source: "CONTRACT",
    serviceToken: "token",
    instructionType: "STATUS_UPDATE",
    payload: { reference, status: "APPROVED" },
    idempotencyKey,
  });
}

/** The references of many messages: `R-0`, `R-1` ... */
export function references(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `R-${index}`);
}

/** The reference of a message that was made here. */
export function referenceOf(message: MessageBusMessage): string {
  if (message.kind !== "STATUS_UPDATE") throw new Error(`a ${message.kind} was not expected`);
  return message.payload.reference;
}
