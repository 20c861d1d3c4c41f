import { randomUUID } from "node:crypto";
import { WirekitError } from "@wirekit/core";
import type { PlainDictionary } from "@wirekit/message-bus";
import type { Payment } from "../payment.ts";

const customerCount = 20;
/** No ledger has it. */
const poisonCurrency = "XXX";
/** How long it takes to book a payment, in milliseconds. */
export const workMs = 30;
/**
 * After how long the work of an instance that has died goes to another one, in milliseconds. A service has
 * more time.
 */
export const takeoverAfterMs = 8_000;

/** What customers ask for in the course of a day. */
export interface PaymentDay {
  /** One payment of each customer. */
  wave(): readonly Payment[];
  /** No attempt to book it succeeds. */
  poison(): Payment;
  /**
   * A payment without a direction, as the original's documentation shows one: an envelope that nobody can
   * read as a payment.
   */
  withoutDirection(): { readonly payment: Payment; readonly message: PlainDictionary };
}

export function startPaymentDay(): PaymentDay {
  const asked = new Map<string, number>();
  const paymentOf = (index: number, currency = "EUR"): Payment => {
    const customer = `customer-${String(index + 1).padStart(2, "0")}`;
    const number = (asked.get(customer) ?? 0) + 1;
    asked.set(customer, number);
    return {
      idempotencyKey: randomUUID(),
      customer,
      reference: `${customer}/${number}`,
      currency,
      value: "12.50",
    };
  };
  return {
    wave: () => Array.from({ length: customerCount }, (_, index) => paymentOf(index)),
    poison: () => paymentOf(6, poisonCurrency),
    withoutDirection: () => {
      const payment = paymentOf(11);
      return { payment, message: dictionaryOf(payment) };
    },
  };
}

/** @throws WirekitError for the poison payment; its code goes to the dead letter with it. */
export function checkCurrency({ currency }: Payment): void {
  if (currency === poisonCurrency) {
    throw new WirekitError("There is no such currency", { code: "payments/unknown-currency" });
  }
}

/** In the spelling of the wire: sent as it is, unvalidated. */
function dictionaryOf({ idempotencyKey, customer, reference, currency, value }: Payment): PlainDictionary {
  return {
    meta_data: {
      source: "BANKING_SERVICE",
      created_at: "2021-01-01T00:00:00Z",
      token: serviceToken,
      idempotency_key: idempotencyKey,
      instruction_type: "PAYMENT",
    },
    payload: {
      external_reference: reference,
      payer_name: "John Doe",
      currency,
      value,
      source: "BANK",
      reference,
      bank_account_number: customer,
    },
  };
}

/** Opens nothing. */
export const serviceToken = "demo.service.token";
