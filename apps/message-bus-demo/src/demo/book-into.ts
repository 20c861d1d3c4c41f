import { setTimeout as pause } from "node:timers/promises";
import type { Ledger } from "../ledger.ts";
import type { BookPayment } from "../payment-service.ts";
import { checkCurrency, workMs } from "./payment-day.ts";

/** Books payments into a ledger, in the name of an instance, in its own time. */
export function bookInto(ledger: Ledger, instance: string): BookPayment {
  return async (payment, { signal }) => {
    checkCurrency(payment);
    await pause(workMs, undefined, { signal });
    await ledger.book({ ...payment, bookedBy: instance });
  };
}
