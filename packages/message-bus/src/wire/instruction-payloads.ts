import { oneOf, optionalText, requiredText } from "./fields.ts";
import { Direction, TransactionType } from "./kinds.ts";
import { definePayload, type Marked } from "./payload-definition.ts";
import type { PayloadSchema } from "./payload-schema.ts";

/** The payload of `PAYMENT`: money has come in, or is to go out. */
export interface PaymentPayload extends Marked<"PAYMENT"> {
  readonly externalReference: string;
  readonly payerName?: string | undefined;
  readonly currency: string;
  readonly value: string;
  readonly source: string;
  readonly reference: string;
  readonly direction: Direction;
  readonly bankAccountNumber?: string | undefined;
}

export const payment = definePayload<PaymentPayload>("PAYMENT", {
  externalReference: requiredText,
  payerName: optionalText,
  currency: requiredText,
  value: requiredText,
  source: requiredText,
  reference: requiredText,
  direction: oneOf(Direction),
  bankAccountNumber: optionalText,
});
export const PaymentPayload: PayloadSchema<PaymentPayload> = payment.schema;

/** The payload of `STATUS_UPDATE`. */
export interface StatusUpdatePayload extends Marked<"STATUS_UPDATE"> {
  readonly reference: string;
  readonly status: string;
  readonly message?: string | undefined;
}

export const statusUpdate = definePayload<StatusUpdatePayload>("STATUS_UPDATE", {
  reference: requiredText,
  status: requiredText,
  message: optionalText,
});
export const StatusUpdatePayload: PayloadSchema<StatusUpdatePayload> = statusUpdate.schema;

/** The payload of `CORRECTION`. */
export interface CorrectionPayload extends Marked<"CORRECTION"> {
  readonly reference: string;
  readonly value: string;
  readonly message: string;
  readonly currency: string;
  readonly source: string;
}

export const correction = definePayload<CorrectionPayload>("CORRECTION", {
  reference: requiredText,
  value: requiredText,
  message: requiredText,
  currency: requiredText,
  source: requiredText,
});
export const CorrectionPayload: PayloadSchema<CorrectionPayload> = correction.schema;

interface TransactionFields extends Marked<"TRANSACTION"> {
  readonly externalReference: string;
  readonly source: string;
  readonly reference: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly status: string;
  readonly incomingCurrency: string;
  readonly outgoingCurrency: string;
  readonly value: string;
  readonly fee: string;
}

/** A `TRANSACTION` that brings money in: who pays must be said. The text may be empty, as in the original. */
export interface DepositTransactionPayload extends TransactionFields {
  readonly transactionType: typeof TransactionType.DEPOSIT;
  readonly payer: string;
  readonly payee?: string | undefined;
}

/**
 * A `TRANSACTION` that takes money out: who is paid must be said. The text may be empty, as in the original.
 */
export interface WithdrawTransactionPayload extends TransactionFields {
  readonly transactionType: typeof TransactionType.WITHDRAW;
  readonly payer?: string | undefined;
  readonly payee: string;
}

/** The payload of `TRANSACTION`. */
export type TransactionPayload = DepositTransactionPayload | WithdrawTransactionPayload;

export const transaction = definePayload<TransactionPayload>(
  "TRANSACTION",
  {
    externalReference: requiredText,
    source: requiredText,
    reference: requiredText,
    firstName: requiredText,
    lastName: requiredText,
    transactionType: oneOf(TransactionType),
    status: requiredText,
    incomingCurrency: requiredText,
    outgoingCurrency: requiredText,
    value: requiredText,
    fee: requiredText,
    payer: optionalText,
    payee: optionalText,
  },
  [
    {
      field: "payer",
      message: "is required when transaction_type is DEPOSIT",
      isKept: ({ transactionType, payer }) =>
        transactionType !== TransactionType.DEPOSIT || payer !== undefined,
    },
    {
      field: "payee",
      message: "is required when transaction_type is WITHDRAW",
      isKept: ({ transactionType, payee }) =>
        transactionType !== TransactionType.WITHDRAW || payee !== undefined,
    },
  ],
);
export const TransactionPayload: PayloadSchema<TransactionPayload> = transaction.schema;

/** The payload of `UPDATE_PROFILE`: what is absent stays as it was. */
export interface UpdateProfilePayload extends Marked<"UPDATE_PROFILE"> {
  readonly addressLine1?: string | undefined;
  readonly addressLine2?: string | undefined;
  readonly bankAccountNumber?: string | undefined;
  readonly bankNumber?: string | undefined;
  readonly taxId?: string | undefined;
  readonly taxIdName?: string | undefined;
  readonly idCountryCode?: string | undefined;
  readonly suspendedAt?: string | undefined;
  readonly deletedAt?: string | undefined;
}

export const updateProfile = definePayload<UpdateProfilePayload>("UPDATE_PROFILE", {
  addressLine1: optionalText,
  addressLine2: optionalText,
  bankAccountNumber: optionalText,
  bankNumber: optionalText,
  taxId: optionalText,
  taxIdName: optionalText,
  idCountryCode: optionalText,
  suspendedAt: optionalText,
  deletedAt: optionalText,
});
export const UpdateProfilePayload: PayloadSchema<UpdateProfilePayload> = updateProfile.schema;

interface TokenAmount {
  readonly value: string;
  readonly currency: string;
  readonly reference: string;
  readonly chain: string;
  readonly message?: string | undefined;
}

const tokenAmount = () => ({
  value: requiredText,
  currency: requiredText,
  reference: requiredText,
  chain: requiredText,
  message: optionalText,
});

/** The payload of `MINT`. */
export interface MintPayload extends TokenAmount, Marked<"MINT"> {}

export const mint = definePayload<MintPayload>("MINT", tokenAmount());
export const MintPayload: PayloadSchema<MintPayload> = mint.schema;

/** The payload of `BURN`. */
export interface BurnPayload extends TokenAmount, Marked<"BURN"> {}

export const burn = definePayload<BurnPayload>("BURN", tokenAmount());
export const BurnPayload: PayloadSchema<BurnPayload> = burn.schema;
