import { appendFileSync, closeSync, fstatSync, openSync, readSync } from "node:fs";

/** One thing that a process of the load has done, in the order in which all of them did it. */
export type Entry =
  /** The server has taken the message. */
  | { readonly is: "accepted"; readonly queue: string; readonly n: number; readonly group: string }
  /** The sender was told something else, and so was whoever called it. */
  | { readonly is: "not-accepted"; readonly queue: string; readonly n: number; readonly outcome: string }
  /** A handler was done with it. */
  | {
      readonly is: "handled";
      readonly queue: string;
      readonly n: number;
      readonly group: string;
      readonly messageId: string;
      /** From the call that sent it. */
      readonly latencyMs: number;
    }
  /** The server has confirmed the delete. */
  | { readonly is: "deleted"; readonly messageId: string };

/** Written at once and as a whole line: it must be known also when its process dies right after it. */
export function enter(path: string, entry: Entry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}

/** Reads a ledger while processes write to it. */
export class LedgerReader {
  readonly #path: string;
  #offset = 0;
  #rest = "";

  constructor(path: string) {
    this.#path = path;
  }

  /** What was entered since the last call. */
  read(): readonly Entry[] {
    const file = openSync(this.#path, "a+");
    try {
      const buffer = Buffer.alloc(fstatSync(file).size - this.#offset);
      this.#offset += readSync(file, buffer, 0, buffer.length, this.#offset);
      const lines = (this.#rest + buffer.toString("latin1")).split("\n");
      this.#rest = lines.pop() ?? "";
      return lines.map((line) => JSON.parse(line) as Entry);
    } finally {
      closeSync(file);
    }
  }
}
