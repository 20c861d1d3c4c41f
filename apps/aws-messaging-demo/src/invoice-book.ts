import { appendFile, readFile } from "node:fs/promises";

/** One invoice, as it was written. */
export interface Invoice {
  readonly orderId: string;
  /** The process that wrote it. */
  readonly pid: number;
}

/** Stands for the invoice service's database: what is written here outlives the process that wrote it. */
export interface InvoiceBook {
  write(invoice: Invoice): Promise<void>;
  /** All invoices, of whatever process, in the order in which they were written. */
  read(): Promise<readonly Invoice[]>;
}

/** A book with a line for each invoice. Several processes may write to it. */
export function openInvoiceBook(path: string): InvoiceBook {
  return {
    write: (invoice) => appendFile(path, `${JSON.stringify(invoice)}\n`),
    async read() {
      const text = await readFile(path, { encoding: "utf8", flag: "a+" });
      // What comes after the last line break is being written.
      return text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Invoice);
    },
  };
}
