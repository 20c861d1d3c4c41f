import * as event from "./event-payloads.ts";
import * as instruction from "./instruction-payloads.ts";
import type { EventType, InstructionType, MessageKind } from "./kinds.ts";
import * as onboarding from "./onboarding-payloads.ts";
import type { PayloadDefinition } from "./payload-definition.ts";

/** The payload of each instruction type. */
export interface InstructionPayloads {
  readonly PAYMENT: instruction.PaymentPayload;
  readonly STATUS_UPDATE: instruction.StatusUpdatePayload;
  readonly CORRECTION: instruction.CorrectionPayload;
  readonly TRANSACTION: instruction.TransactionPayload;
  readonly UPDATE_PROFILE: instruction.UpdateProfilePayload;
  readonly MINT: instruction.MintPayload;
  readonly BURN: instruction.BurnPayload;
}

/** The payload of each event. */
export interface EventPayloads {
  readonly NEW_TRANSACTION: event.NewTransactionEventPayload;
  readonly TRANSACTION_STATUS_UPDATE: event.TransactionStatusEventPayload;
  readonly NEW_BANK_PAYMENT: event.PaymentEventPayload;
  readonly NEW_PROFILE: event.ProfileEventPayload;
  readonly NEW_USER: event.NewUserEventPayload;
  readonly VERIFICATION_REQUESTED: event.VerificationRequestedEventPayload;
  readonly PASSWORD_RESET_REQUESTED: event.PasswordResetEventPayload;
  readonly KYC_EVENT: event.KycEventPayload;
  readonly ADDRESS_ONBOARDED: onboarding.AddressOnboardedEventPayload;
  readonly RELAY_INITIATED: onboarding.RelayInitiatedEventPayload;
  readonly RELAY_COMPLETED: onboarding.RelayCompletedEventPayload;
  readonly RELAY_ONBOARDED: onboarding.RelayOnboardedEventPayload;
}

/** The payload of a kind of message. */
export type PayloadOf<Kind extends MessageKind> = Kind extends InstructionType
  ? InstructionPayloads[Kind]
  : Kind extends EventType
    ? EventPayloads[Kind]
    : never;

/** How the payload of each kind is checked and ordered. */
export const payloadDefinitions: { readonly [Kind in MessageKind]: PayloadDefinition<PayloadOf<Kind>> } = {
  PAYMENT: instruction.payment,
  STATUS_UPDATE: instruction.statusUpdate,
  CORRECTION: instruction.correction,
  TRANSACTION: instruction.transaction,
  UPDATE_PROFILE: instruction.updateProfile,
  MINT: instruction.mint,
  BURN: instruction.burn,
  NEW_TRANSACTION: event.newTransaction,
  TRANSACTION_STATUS_UPDATE: event.transactionStatus,
  NEW_BANK_PAYMENT: event.newBankPayment,
  NEW_PROFILE: event.newProfile,
  NEW_USER: event.newUser,
  VERIFICATION_REQUESTED: event.verificationRequested,
  PASSWORD_RESET_REQUESTED: event.passwordResetRequested,
  KYC_EVENT: event.kyc,
  ADDRESS_ONBOARDED: onboarding.addressOnboarded,
  RELAY_INITIATED: onboarding.relayInitiated,
  RELAY_COMPLETED: onboarding.relayCompleted,
  RELAY_ONBOARDED: onboarding.relayOnboarded,
};
