import type { Ledger } from "../ledger.ts";
import type { BusPlace } from "../open-bus.ts";
import { type InstanceProcess, startInstanceProcess } from "./instance-process.ts";
import { temporaryLedger } from "./stage.ts";

/** The processes of a stage, and the ledger that they write to. */
export interface Processes {
  readonly ledger: Ledger;
  start(name: string): Promise<InstanceProcess>;
  /** For when the demo fails, too: ends what is left without a word. */
  close(): Promise<void>;
}

export async function openProcesses(options: {
  readonly place: BusPlace;
  readonly prefix: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Processes> {
  const { path, ledger, remove } = await temporaryLedger();
  const started: InstanceProcess[] = [];
  return {
    ledger,
    start: async (name) => {
      const instance = await startInstanceProcess({ ...options, name, ledger: path });
      started.push(instance);
      return instance;
    },
    close: async () => {
      for (const instance of started) await instance.kill();
      await remove();
    },
  };
}
