import { parseArgs } from "node:util";

export interface Command {
  /** Cases whose name contains it are run. Empty: all. */
  readonly filter: string;
  readonly rounds: number;
  /** What the cases are measured on. */
  readonly servers: "embedded" | "real";
  /** Where the figures are written as JSON. */
  readonly json: string | undefined;
  /** The folder that the report is written to. */
  readonly out: string | undefined;
}

export const usage = "pnpm bench [filter] [--rounds n] [--real] [--out folder] [--json file]";
const defaultRounds = 7;

/** Reads what {@link usage} shows. Throws an error that says what is wrong with it. */
export function parseCommand(parameters: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: parameters.filter((parameter) => parameter !== "--"),
    options: {
      rounds: { type: "string" },
      real: { type: "boolean" },
      json: { type: "string" },
      out: { type: "string" },
    },
    allowPositionals: true,
  });
  if (positionals.length > 1) throw new Error("at most one filter can be given");
  const rounds = values.rounds === undefined ? defaultRounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds must be a whole number above 0");
  if (values.json === "") throw new Error("--json must name a file");
  if (values.out === "") throw new Error("--out must name a folder");
  return {
    filter: positionals[0] ?? "",
    rounds,
    servers: values.real === true ? "real" : "embedded",
    json: values.json,
    out: values.out,
  };
}
