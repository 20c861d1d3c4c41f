import { createMessageCheck, type MessageFault, type ProducerMessage } from "./message-schema.ts";
import type { Arrival, MessageStore } from "./message-store.ts";

/** What the function behind both doors makes of an event. */
export type ProducerResult =
  | { readonly kind: "stored"; readonly trackingId: string }
  | { readonly kind: "invalid"; readonly faults: readonly MessageFault[] };

/** The function itself: takes a message as JSON text, whichever way it came. */
export type Producer = (body: Buffer, arrival: Arrival) => ProducerResult;

export function createProducer(store: MessageStore): Producer {
  const check = createMessageCheck();
  return (body, arrival) => {
    const event = parseJson(body);
    if (event === undefined) {
      return { kind: "invalid", faults: [{ field: "", message: "the message is not JSON in UTF-8" }] };
    }
    const faults = check(event.value);
    if (faults.length > 0) return { kind: "invalid", faults };
    const { trackingId } = store.accept(event.value as ProducerMessage, arrival);
    return { kind: "stored", trackingId };
  };
}

/** What a refused message is answered with: all faults, and the first one's field by itself. */
export function invalidMessage(faults: readonly MessageFault[]) {
  const texts = faults.map(({ field, message }) => (field === "" ? message : `'${field}' ${message}`));
  return {
    message: `Invalid message structure: ${texts.join("; ")}`,
    field: faults[0]?.field ?? "",
    errors: faults,
  };
}

function parseJson(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}
