import {
  createMessage,
  decodeMessage,
  EventType,
  encodeMessage,
  MemoryMessageBus,
  type MessageBus,
  type MessageBusMessage,
  MintPayload,
} from "@wirekit/message-bus";

const common = { source: "LEDGER", serviceToken: "jwt" };
const tokens: MintPayload = { value: "10", currency: "EURC", reference: "R", chain: "STELLAR" };

export const mint: MessageBusMessage<"MINT"> = createMessage({
  ...common,
  instructionType: "MINT",
  payload: MintPayload.parse(tokens),
  ipAddress: undefined,
});

createMessage({ ...common, event: EventType.NEW_PROFILE, payload: { title: "T", identifier: "I" } });

// @ts-expect-error the payload of a mint is not that of a burn, although their fields are the same
createMessage({ ...common, instructionType: "BURN", payload: mint.payload });

const review = { title: "T", identifier: "I", reviewStatus: "completed" } as const;
// @ts-expect-error a completed review has a result
createMessage({ ...common, event: "KYC_EVENT", payload: review });

export const text: string = encodeMessage(mint);

export function amountOf(received: string): string | undefined {
  const message = decodeMessage(received, { unknownKinds: "pass" });
  switch (message.kind) {
    case "MINT":
    case "BURN":
      return message.payload.value;
    case "unknown":
      return undefined;
    default:
      return undefined;
  }
}

export async function run(signal: AbortSignal): Promise<number> {
  const bus: MessageBus = new MemoryMessageBus({ visibilityTimeoutMs: undefined });
  const consumer = bus.consume({ target: "tokens" }, (message, { received }) => [message.kind, received.raw]);
  const { messageId } = await bus.sendMessage(mint, { target: "tokens", signal });
  for await (const received of bus.messages({ target: "tokens", groupId: "audit", signal })) {
    if (received.kind === "message") await bus.acknowledge(received);
    break;
  }
  await consumer.close({ timeoutMs: 1_000 });
  return messageId.length + (await bus.close()).notHandled;
}
