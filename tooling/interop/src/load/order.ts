import * as z from "zod";

/** What the load sends: numbered by its sender, so that each can be followed. */
export const Order = z.object({ n: z.number(), group: z.string(), sentAt: z.number() });
export type Order = z.infer<typeof Order>;

/** What the processes of the load find in their environment. */
export interface LoadSettings {
  /** Where SQS is, or Kafka's `host:port`. */
  readonly url: string;
  readonly region: string;
  /** By name; on those that end in `.fifo` groups keep their order. */
  readonly queues: readonly string[];
  /** The path of the ledger. */
  readonly ledger: string;
}

/** As one variable: the processes have nothing else to be told. */
export function toEnvironment(settings: LoadSettings): Readonly<Record<string, string>> {
  return { LOAD_SETTINGS: JSON.stringify(settings) };
}

export function fromEnvironment({ LOAD_SETTINGS = "{}" }: NodeJS.ProcessEnv): LoadSettings {
  return JSON.parse(LOAD_SETTINGS) as LoadSettings;
}
