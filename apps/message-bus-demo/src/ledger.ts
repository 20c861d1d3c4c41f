import { appendFile, readFile } from "node:fs/promises";
import type { Payment } from "./payment.ts";

/** One line of the ledger. */
export interface Booking extends Payment {
  /** The instance of the service that wrote it. */
  readonly bookedBy: string;
}

/**
 * Stands for the payment service's database: what is written here outlives the process that wrote it. A
 * payment counts once: lines with an idempotency key that stands further up are copies, and move no money.
 */
export interface Ledger {
  book(booking: Booking): Promise<void>;
  /** All lines, of whatever instance, in the order in which they were written. */
  read(): Promise<readonly Booking[]>;
}

/** A ledger in a file. Several processes may write to it. */
export function openLedger(path: string): Ledger {
  return {
    book: (booking) => appendFile(path, `${JSON.stringify(booking)}\n`),
    async read() {
      const text = await readFile(path, { encoding: "utf8", flag: "a+" });
      // What comes after the last line break is being written.
      return text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Booking);
    },
  };
}
