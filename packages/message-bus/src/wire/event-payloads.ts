import { oneOf, optionalText, requiredText } from "./fields.ts";
import { TransactionType } from "./kinds.ts";
import { defineOpenPayload, definePayload, type Marked } from "./payload-definition.ts";
import type { PayloadSchema } from "./payload-schema.ts";

/** The payload of `NEW_TRANSACTION`. */
export interface NewTransactionEventPayload extends Marked<"NEW_TRANSACTION"> {
  readonly createdAt: string;
  readonly kind: TransactionType;
  readonly reference: string;
  readonly source: string;
}

export const newTransaction = definePayload<NewTransactionEventPayload>("NEW_TRANSACTION", {
  createdAt: requiredText,
  kind: oneOf(TransactionType),
  reference: requiredText,
  source: requiredText,
});
export const NewTransactionEventPayload: PayloadSchema<NewTransactionEventPayload> = newTransaction.schema;

/** The payload of `TRANSACTION_STATUS_UPDATE`. */
export interface TransactionStatusEventPayload extends Marked<"TRANSACTION_STATUS_UPDATE"> {
  readonly reference: string;
  readonly status: string;
}

export const transactionStatus = definePayload<TransactionStatusEventPayload>("TRANSACTION_STATUS_UPDATE", {
  reference: requiredText,
  status: requiredText,
});
export const TransactionStatusEventPayload: PayloadSchema<TransactionStatusEventPayload> =
  transactionStatus.schema;

/** The payload of `NEW_BANK_PAYMENT`. */
export interface PaymentEventPayload extends Marked<"NEW_BANK_PAYMENT"> {
  readonly externalReference: string;
  readonly reference?: string | undefined;
  readonly source: string;
}

export const newBankPayment = definePayload<PaymentEventPayload>("NEW_BANK_PAYMENT", {
  externalReference: requiredText,
  reference: optionalText,
  source: requiredText,
});
export const PaymentEventPayload: PayloadSchema<PaymentEventPayload> = newBankPayment.schema;

/** The payload of `NEW_PROFILE`. */
export interface ProfileEventPayload extends Marked<"NEW_PROFILE"> {
  readonly title: string;
  readonly identifier: string;
}

export const newProfile = definePayload<ProfileEventPayload>("NEW_PROFILE", {
  title: requiredText,
  identifier: requiredText,
});
export const ProfileEventPayload: PayloadSchema<ProfileEventPayload> = newProfile.schema;

/**
 * The payload of `NEW_USER`: any object, its members the user's own, never renamed. The original has no class
 * for it: its clients can send it as a plain dictionary only, and cannot read it.
 */
export interface NewUserEventPayload extends Marked<"NEW_USER"> {
  readonly [member: string]: unknown;
}

export const newUser = defineOpenPayload<NewUserEventPayload>("NEW_USER");
export const NewUserEventPayload: PayloadSchema<NewUserEventPayload> = newUser.schema;

/** The payload of `VERIFICATION_REQUESTED`: a mail that asks for verification. */
export interface VerificationRequestedEventPayload extends Marked<"VERIFICATION_REQUESTED"> {
  readonly to: string;
  readonly subject: string;
}

export const verificationRequested = definePayload<VerificationRequestedEventPayload>(
  "VERIFICATION_REQUESTED",
  { to: requiredText, subject: requiredText },
);
export const VerificationRequestedEventPayload: PayloadSchema<VerificationRequestedEventPayload> =
  verificationRequested.schema;

/** The payload of `PASSWORD_RESET_REQUESTED`: a mail with a password that is good for one use. */
export interface PasswordResetEventPayload extends Marked<"PASSWORD_RESET_REQUESTED"> {
  readonly to: string;
  readonly subject: string;
  readonly password: string;
}

export const passwordResetRequested = definePayload<PasswordResetEventPayload>("PASSWORD_RESET_REQUESTED", {
  to: requiredText,
  subject: requiredText,
  password: requiredText,
});
export const PasswordResetEventPayload: PayloadSchema<PasswordResetEventPayload> =
  passwordResetRequested.schema;

/**
 * The payload of `KYC_EVENT`. `reviewStatus` is any text; when it is `completed`, in any case, `reviewResult`
 * must be there and not be empty. With a literal status the type knows which: `KycEventPayload<"completed">`.
 */
export type KycEventPayload<Status extends string = string> = KycFields & KycReview<Status>;

interface KycFields extends Marked<"KYC_EVENT"> {
  readonly title: string;
  readonly identifier: string;
}

type KycReview<Status extends string> =
  Lowercase<Status> extends "completed"
    ? { readonly reviewStatus: Status; readonly reviewResult: string }
    : { readonly reviewStatus?: Status | undefined; readonly reviewResult?: string | undefined };

export const kyc = definePayload<KycEventPayload>(
  "KYC_EVENT",
  {
    title: requiredText,
    identifier: requiredText,
    reviewStatus: optionalText,
    reviewResult: optionalText,
  },
  [
    {
      field: "reviewResult",
      message: "is required, and must not be empty, when review_status is completed",
      isKept: ({ reviewStatus, reviewResult }) =>
        String(reviewStatus).toLowerCase() !== "completed" ||
        (reviewResult !== undefined && reviewResult !== ""),
    },
  ],
);
export const KycEventPayload: PayloadSchema<KycEventPayload> = kyc.schema;
