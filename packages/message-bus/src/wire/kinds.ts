/** What a service is told to do. A message carries one of these or an event, never both. */
export const InstructionType = {
  PAYMENT: "PAYMENT",
  STATUS_UPDATE: "STATUS_UPDATE",
  CORRECTION: "CORRECTION",
  TRANSACTION: "TRANSACTION",
  UPDATE_PROFILE: "UPDATE_PROFILE",
  MINT: "MINT",
  BURN: "BURN",
} as const;
export type InstructionType = (typeof InstructionType)[keyof typeof InstructionType];

/** What has happened. A message carries one of these or an instruction type, never both. */
export const EventType = {
  NEW_TRANSACTION: "NEW_TRANSACTION",
  TRANSACTION_STATUS_UPDATE: "TRANSACTION_STATUS_UPDATE",
  NEW_BANK_PAYMENT: "NEW_BANK_PAYMENT",
  NEW_PROFILE: "NEW_PROFILE",
  NEW_USER: "NEW_USER",
  VERIFICATION_REQUESTED: "VERIFICATION_REQUESTED",
  PASSWORD_RESET_REQUESTED: "PASSWORD_RESET_REQUESTED",
  KYC_EVENT: "KYC_EVENT",
  ADDRESS_ONBOARDED: "ADDRESS_ONBOARDED",
  RELAY_INITIATED: "RELAY_INITIATED",
  RELAY_COMPLETED: "RELAY_COMPLETED",
  RELAY_ONBOARDED: "RELAY_ONBOARDED",
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** Which way a payment goes. */
export const Direction = { INBOUND: "INBOUND", OUTBOUND: "OUTBOUND" } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/** Which way a transaction goes. */
export const TransactionType = { DEPOSIT: "DEPOSIT", WITHDRAW: "WITHDRAW" } as const;
export type TransactionType = (typeof TransactionType)[keyof typeof TransactionType];

/** Every kind of message: the two lists have no name in common. */
export type MessageKind = InstructionType | EventType;

export function isInstructionType(value: unknown): value is InstructionType {
  return typeof value === "string" && Object.hasOwn(InstructionType, value);
}

export function isEventType(value: unknown): value is EventType {
  return typeof value === "string" && Object.hasOwn(EventType, value);
}
