import { parseArgs } from "node:util";

export interface SoakCommand {
  readonly minutes: number;
  /** The same seed gives the same faults in the same order. */
  readonly seed: string;
  /** Workloads whose name contains it are run. Empty: all. */
  readonly filter: string;
}

const defaultMinutes = "10";

/** Reads `[filter] [--minutes n] [--seed text]`. Throws an error that says what is wrong with them. */
export function parseSoak(parameters: readonly string[]): SoakCommand {
  const { values, positionals } = parseArgs({
    args: parameters.filter((parameter) => parameter !== "--"),
    options: {
      minutes: { type: "string", default: defaultMinutes },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
    },
    allowPositionals: true,
  });
  if (positionals.length > 1) throw new Error("at most one filter can be given");
  const minutes = Number(values.minutes);
  if (!(Number.isFinite(minutes) && minutes > 0)) throw new Error("--minutes must be a number above 0");
  return { minutes, seed: values.seed, filter: positionals[0] ?? "" };
}
