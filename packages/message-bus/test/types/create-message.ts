// What must not compile. `tsc` fails when a line below an expectation compiles after all; nothing here is
// ever run.
import {
  BurnPayload,
  createMessage,
  decodeMessage,
  type EventInput,
  type EventPayloads,
  encodeMessage,
  type InstructionInput,
  type InstructionPayloads,
  type KycEventPayload,
  type MessageBusMessage,
  type MintPayload,
  type PayloadOf,
  type RelayCompletedEventPayload,
  type RelayInitiatedEventPayload,
  type TransactionPayload,
} from "../../src/index.ts";

const common = { source: "S", serviceToken: "T" };
const tokens = { value: "1", currency: "EURC", reference: "R", chain: "STELLAR" };
const profile = { title: "T", identifier: "I" };

createMessage({ ...common, instructionType: "MINT", payload: tokens });
createMessage({ ...common, event: "NEW_PROFILE", payload: profile, idempotencyKey: undefined });

// @ts-expect-error the payload of another kind
createMessage({ ...common, instructionType: "PAYMENT", payload: { reference: "R", status: "S" } });
// @ts-expect-error both kinds
createMessage({ ...common, instructionType: "MINT", event: "NEW_PROFILE", payload: tokens });
// @ts-expect-error neither kind
createMessage({ ...common, payload: tokens });
// @ts-expect-error no such instruction
createMessage({ ...common, instructionType: "REFUND", payload: tokens });
// @ts-expect-error an event is no instruction
createMessage({ ...common, instructionType: "NEW_PROFILE", payload: profile });
// @ts-expect-error a required field is missing
createMessage({ ...common, event: "NEW_PROFILE", payload: { title: "T" } });
// @ts-expect-error amounts are text
createMessage({ ...common, instructionType: "MINT", payload: { ...tokens, value: 1 } });
// @ts-expect-error the name on the wire is not the name here
createMessage({ ...common, instructionType: "UPDATE_PROFILE", payload: { tax_id: "T" } });
// @ts-expect-error no token
createMessage({ source: "S", instructionType: "MINT", payload: tokens });

const transaction = {
  ...{ externalReference: "E", source: "S", reference: "R", firstName: "F", lastName: "L", status: "S" },
  ...{ incomingCurrency: "EUR", outgoingCurrency: "EURC", value: "1", fee: "0" },
};
createMessage({
  ...common,
  instructionType: "TRANSACTION",
  payload: { ...transaction, transactionType: "DEPOSIT", payer: "P" },
});
createMessage({
  ...common,
  instructionType: "TRANSACTION",
  // @ts-expect-error a deposit must say who pays
  payload: { ...transaction, transactionType: "DEPOSIT", payee: "P" },
});
createMessage({
  ...common,
  instructionType: "TRANSACTION",
  // @ts-expect-error a withdrawal must say who is paid
  payload: { ...transaction, transactionType: "WITHDRAW", payer: "P" },
});
createMessage({
  ...common,
  instructionType: "TRANSACTION",
  // @ts-expect-error the original spells it WITHDRAW
  payload: { ...transaction, transactionType: "WITHDRAWAL", payee: "P" },
});

createMessage({ ...common, event: "KYC_EVENT", payload: profile });
createMessage({ ...common, event: "KYC_EVENT", payload: { ...profile, reviewStatus: "pending" } });
createMessage({
  ...common,
  event: "KYC_EVENT",
  payload: { ...profile, reviewStatus: "Completed", reviewResult: "GREEN" },
});
declare const anyStatus: string;
createMessage({ ...common, event: "KYC_EVENT", payload: { ...profile, reviewStatus: anyStatus } });
// @ts-expect-error a completed review has a result
createMessage({ ...common, event: "KYC_EVENT", payload: { ...profile, reviewStatus: "completed" } });
// @ts-expect-error in any case
createMessage({ ...common, event: "KYC_EVENT", payload: { ...profile, reviewStatus: "COMPLETED" } });
// @ts-expect-error and where the type says so
export const completed: KycEventPayload<"completed"> = { ...profile, reviewStatus: "completed" };

const burn: BurnPayload = BurnPayload.parse(tokens);
// @ts-expect-error what is made to be burnt is not minted
export const mint: MintPayload = burn;
// @ts-expect-error what is made to be burnt is not minted
createMessage({ ...common, instructionType: "MINT", payload: burn });
declare const relay: RelayCompletedEventPayload;
// @ts-expect-error the same fields, another event
export const initiated: RelayInitiatedEventPayload = relay;

// The message that comes out is of the kind that went in.
const created = createMessage({ ...common, instructionType: "MINT", payload: tokens });
export const kind: "MINT" = created.kind;
export const chain: string = created.payload.chain;
export const instructionType: "MINT" = created.metaData.instructionType;
/** Nor does the type that the message is given change what it is. */
export const annotated: MessageBusMessage<"KYC_EVENT"> = createMessage({
  ...common,
  event: "KYC_EVENT",
  payload: { ...profile, reviewStatus: "pending" },
});
declare const someInstruction: InstructionInput<"MINT" | "BURN">;
export const eitherOfTwo: "MINT" | "BURN" = createMessage(someInstruction).kind;
declare const someEvent: EventInput<"NEW_PROFILE">;
export const thatEvent: "NEW_PROFILE" = createMessage(someEvent).kind;
// @ts-expect-error an instruction has no event
export const event: string = created.metaData.event;
// @ts-expect-error nothing of a message can be reassigned
created.payload.chain = "SOLANA";

/** A `switch` on the kind narrows the payload, and a kind that is left out is seen. */
export function reference(message: MessageBusMessage): string {
  switch (message.kind) {
    case "PAYMENT":
      return message.payload.direction;
    case "TRANSACTION":
      return message.payload.transactionType === "DEPOSIT" ? message.payload.payer : message.payload.payee;
    case "NEW_USER":
      // @ts-expect-error the members of an open payload are not known
      return message.payload.id;
    default:
      // @ts-expect-error not every other kind has a reference
      return message.payload.reference;
  }
}

export function passing(text: string): string {
  // @ts-expect-error an unknown kind is no fault only where that was asked for
  const refused: "unknown" = decodeMessage(text).kind;
  const message = decodeMessage(text, { unknownKinds: "pass" });
  if (message.kind === "unknown") return String(message.payload.anything ?? refused);
  const known: MessageBusMessage = message;
  return known.metaData.source;
}

encodeMessage(created);
encodeMessage({ meta_data: { source: "S" }, payload: null });
// @ts-expect-error a message of ours must be whole, unlike a dictionary in wire spelling
encodeMessage({ metaData: created.metaData, payload: {} });
// @ts-expect-error text is no message
encodeMessage("{}");

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export const eachKindHasItsPayload: [
  Equal<PayloadOf<"TRANSACTION">, TransactionPayload>,
  Equal<PayloadOf<"RELAY_INITIATED">, RelayInitiatedEventPayload>,
  Equal<keyof InstructionPayloads | keyof EventPayloads, MessageBusMessage["kind"]>,
] = [true, true, true];
