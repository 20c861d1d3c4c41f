import { parseArgs } from "node:util";

export interface Command {
  /** Cases whose name contains it are run. Empty: all. */
  readonly filter: string;
  readonly rounds: number;
  /** Where the figures are written as JSON. */
  readonly json: string | undefined;
}

const defaultRounds = 7;

/** Reads `[filter] [--rounds n] [--json file]`. Throws an error that says what is wrong with them. */
export function parseCommand(parameters: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: parameters.filter((parameter) => parameter !== "--"),
    options: { rounds: { type: "string" }, json: { type: "string" } },
    allowPositionals: true,
  });
  if (positionals.length > 1) throw new Error("at most one filter can be given");
  const rounds = values.rounds === undefined ? defaultRounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds must be a whole number above 0");
  return { filter: positionals[0] ?? "", rounds, json: values.json };
}
