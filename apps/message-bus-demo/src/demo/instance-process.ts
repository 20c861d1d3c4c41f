import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BusPlace } from "../open-bus.ts";
import type { Instance, InstanceReport } from "./instance.ts";

/** An instance of the payment service in a process of its own. */
export interface InstanceProcess extends Instance {
  kill(): Promise<void>;
}

export interface InstanceProcessOptions {
  readonly name: string;
  readonly place: BusPlace;
  /** What the names of the targets begin with. */
  readonly prefix: string;
  /** The path of the ledger. */
  readonly ledger: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Resolves when the process listens for its signal. */
export async function startInstanceProcess(options: InstanceProcessOptions): Promise<InstanceProcess> {
  const { name, place, prefix, ledger, env } = options;
  const parameters = [
    "--name",
    name,
    "--place",
    JSON.stringify(place),
    "--prefix",
    prefix,
    "--ledger",
    ledger,
  ];
  // Node's own options, and with them the loader for TypeScript, are handed on by `fork`.
  const child = fork(fileURLToPath(new URL("../payment-process.ts", import.meta.url)), parameters, { env });
  const exited = once(child, "exit") as Promise<[number | null]>;
  await nextMessage<"ready">(child, exited);
  return {
    name,
    async stop() {
      const reported = nextMessage<InstanceReport>(child, exited);
      child.kill("SIGTERM");
      const report = await reported;
      const [exitCode] = await exited;
      return { report, exitCode: exitCode ?? 1 };
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** What the child says next; or an error, when it ends without a word. */
function nextMessage<T>(child: ChildProcess, exited: Promise<[number | null]>): Promise<T> {
  return Promise.race([
    once(child, "message").then(([message]) => message as T),
    exited.then(([status]) => {
      throw new Error(`the payment process ended with status ${status}`);
    }),
  ]);
}
