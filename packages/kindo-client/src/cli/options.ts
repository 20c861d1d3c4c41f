import { Command, CommanderError, InvalidArgumentError } from "commander";

/** What the command was asked to do. */
export interface CliOptions {
  /** The path of the input; `-` is the standard input. */
  readonly file: string;
  readonly url?: string | undefined;
  readonly arn?: string | undefined;
  readonly region?: string | undefined;
  readonly service?: string | undefined;
  readonly schema?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly concurrency: number;
  readonly dryRun: boolean;
  readonly rejected?: string | undefined;
}

/** The command line was answered already (`--help`), or cannot be understood. */
export interface Answered {
  readonly exitCode: number;
}

/** Where usage and complaints go. */
export interface OptionOutput {
  out(text: string): void;
  error(text: string): void;
}

const defaultConcurrency = 16;

/** Reads the command line. */
export function parseOptions(
  args: readonly string[],
  version: string,
  output: OptionOutput,
): CliOptions | Answered {
  const command = new Command("kindo-send")
    .description(
      "Sends the messages of a JSON Lines file, one JSON object in each line, to the Kindo Producer.",
    )
    .argument("<file>", "the file, or - for the standard input")
    .option("--url <url>", "the Function URL (default: KINDO_MESSAGE_PRODUCER_URL)")
    .option("--arn <arn>", "the function's ARN (default: KINDO_MESSAGE_PRODUCER_ARN)")
    .option("--region <region>", "the AWS region (default: AWS_REGION, else ap-southeast-2)")
    .option("--service <name>", "the service name in signatures (default: AWS_SERVICE, else lambda)")
    .option("--schema <file>", "a JSON Schema to check messages against, in place of the built-in one")
    .option("--endpoint <url>", "where Lambda's API is, with --arn, when not at AWS")
    .option("--concurrency <count>", "messages on their way at a time", wholeNumber, defaultConcurrency)
    .option("--dry-run", "check and sign every message, but send none", false)
    .option("--rejected <file>", "where lines go that were not delivered (default: beside the input)")
    .addHelpText(
      "after",
      "\nExit codes: 0 all delivered, 1 some were not, 2 nothing was sent, 130 interrupted.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.error });
  try {
    command.parse(args, { from: "user" });
  } catch (thrown) {
    if (thrown instanceof CommanderError) return { exitCode: thrown.exitCode === 0 ? 0 : 2 };
    throw thrown;
  }
  return { file: command.args[0] ?? "", ...command.opts<Omit<CliOptions, "file">>() };
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return Number(text);
}
