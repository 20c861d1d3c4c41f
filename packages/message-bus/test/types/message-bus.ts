// What must not compile. `tsc` fails when a line below an expectation compiles after all; nothing here is
// ever run.
import {
  type MemoryMessageBus,
  type MessageBus,
  type MessageBusMessage,
  PaymentPayload,
  type Received,
} from "../../src/index.ts";

declare const bus: MessageBus;
declare const memory: MemoryMessageBus;
declare const message: MessageBusMessage;
const target = "payments";

export async function sending(): Promise<void> {
  await bus.sendMessage(message, { target, key: undefined });
  // @ts-expect-error where to?
  await bus.sendMessage(message, {});
  // @ts-expect-error a message that is not whole
  await bus.sendMessage({ metaData: message.metaData }, { target });
  const sent = await memory.sendMessage(message, { target });
  use(sent.sequence);
  const outcomes = await bus.sendMany([message, { meta_data: {} }], {
    target,
    key: (_, index) => `${index}`,
  });
  for (const outcome of outcomes) {
    // @ts-expect-error only what was delivered has an id
    use(outcome.messageId);
    if (outcome.kind === "delivered") use(outcome.messageId);
    if (outcome.kind === "rejected") use(outcome.error.code);
  }
}

export async function receiving(): Promise<void> {
  const received = await bus.receiveMessage({ target });
  // @ts-expect-error there may have been nothing
  use(received.raw);
  if (received === undefined) return;
  // @ts-expect-error it may be invalid
  use(received.message);
  if (received.kind === "invalid") use(received.error.issues);
  else if (received.message.kind === "PAYMENT") use(received.message.payload.direction);
  const [bytes, key]: (Uint8Array | undefined)[] = [received.rawBytes, received.rawKey];
  use([bytes, key, received.rawHeaders.map(({ name, value }) => [name, value?.length])]);
  // @ts-expect-error there may be none: a record without a value
  use(received.rawBytes.length);
  await bus.acknowledge(received);
  // @ts-expect-error a receipt handle alone does not say where from
  await bus.acknowledge(received.receiptHandle);
  // @ts-expect-error received as it is
  received.receiptHandle = "other";

  for await (const one of bus.messages({ target, unknownKinds: "pass" })) {
    if (one.kind === "message" && one.message.kind === "unknown") use(one.message.payload.anything);
    // @ts-expect-error with unknown kinds let pass, not every message is of a known one
    const known: Received | undefined = one;
    use(known);
  }
}

export function consuming(): void {
  bus.consume({ target }, (known, { signal, received }) => {
    // @ts-expect-error unknown kinds are let pass only where that was asked for
    if (known.kind === "unknown") return;
    use(signal.aborted && received.message === known);
  });
  bus.consume({ target, unknownKinds: "pass" }, ({ kind }) => kind === "unknown");
  // @ts-expect-error no handler
  bus.consume({ target });
  // @ts-expect-error no such answer
  bus.consume({ target, classify: () => "ignore" }, () => {});
  const consumer = bus.consume({ target }, async () => {});
  consumer.on("processed", ({ outcome, delivery }) => use([outcome, delivery.received.target]));
  // @ts-expect-error no such event
  consumer.on("handled", () => {});
}

export const direction: "INBOUND" | "OUTBOUND" = PaymentPayload.parse({}).direction;

function use(value: unknown): unknown {
  return value;
}
