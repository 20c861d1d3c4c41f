import { createMessage, type MessageBusMessage } from "@wirekit/message-bus";

/** A message that carries `<key>#<number>`. */
export function loadMessage(reference: string): MessageBusMessage<"STATUS_UPDATE"> {
  return createMessage({
    source: "LOAD",
    serviceToken: "t",
    instructionType: "STATUS_UPDATE",
    payload: { reference, status: "DONE" },
    idempotencyKey: reference,
  });
}

/** What {@link loadMessage} has put in, out of the text as it came. */
export function referenceOf(text: string): string {
  const { payload } = JSON.parse(text) as { readonly payload: { readonly reference: string } };
  return payload.reference;
}

/** Numbers messages in each of some keys, one after the other. Those of another `prefix` are other keys. */
export function numberedReferences(
  keys: number,
  prefix = "k",
): () => { readonly key: string; readonly reference: string } {
  let count = 0;
  return () => {
    const key = `${prefix}${count % keys}`;
    const reference = `${key}#${Math.floor(count / keys)}`;
    count += 1;
    return { key, reference };
  };
}
