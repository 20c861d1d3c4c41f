import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { InvoiceReport } from "./invoice-report.ts";
import type { Place } from "./messaging-config.ts";

/** The invoice service, running in a process of its own. */
export interface InvoiceChild {
  /** Sends SIGTERM; resolves with the report when the process has ended. */
  terminate(): Promise<{ readonly exitCode: number; readonly report: InvoiceReport }>;
  /** For when the demo fails: ends it without a word. */
  kill(): void;
}

export interface InvoiceChildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly place: Place;
  readonly deadLetterQueue: string;
  readonly book: string;
}

/** Resolves when the process listens for its signal. */
export async function startInvoiceChild(options: InvoiceChildOptions): Promise<InvoiceChild> {
  const { env, place, deadLetterQueue, book } = options;
  const parameters = ["--endpoint", place.endpointUrl, "--environment", place.environment];
  parameters.push("--dead-letters", deadLetterQueue, "--book", book);
  // Node's own options, and with them the loader for TypeScript, are handed on by `fork`.
  const child = fork(fileURLToPath(new URL("../invoice-process.ts", import.meta.url)), parameters, { env });
  const exited = once(child, "exit") as Promise<[number | null]>;
  await nextMessage<"ready">(child, exited);
  return {
    async terminate() {
      const reported = nextMessage<InvoiceReport>(child, exited);
      child.kill("SIGTERM");
      const report = await reported;
      const [exitCode] = await exited;
      return { report, exitCode: exitCode ?? 1 };
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

/** What the child says next; or an error, when it ends without a word. */
function nextMessage<T>(child: ChildProcess, exited: Promise<[number | null]>): Promise<T> {
  return Promise.race([
    once(child, "message").then(([message]) => message as T),
    exited.then(([status]) => {
      throw new Error(`the invoice process ended with status ${status}`);
    }),
  ]);
}
