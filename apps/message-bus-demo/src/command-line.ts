import { parseArgs } from "node:util";
import { type BusName, busNames } from "./open-bus.ts";

/** What the demo is asked to do. */
export interface CommandLine {
  readonly buses: readonly BusName[];
  /** Where SQS is, when it is not to run in this process. */
  readonly sqs: string | undefined;
  /** Kafka's bootstrap servers, likewise. */
  readonly kafka: string | undefined;
}

export const usage = `pnpm demo [--bus ${busNames.join("|")}] [--sqs http://host:port] [--kafka host:port]`;

/** @throws Error that says what is wrong with the parameters. */
export function readCommandLine(parameters: readonly string[]): CommandLine {
  const { values } = parseArgs({
    // `pnpm demo -- --bus sqs` hands the separator on.
    args: parameters.filter((parameter) => parameter !== "--"),
    options: { bus: { type: "string", multiple: true }, sqs: { type: "string" }, kafka: { type: "string" } },
  });
  const buses = values.bus ?? busNames;
  const unknown = buses.filter((bus) => !(busNames as readonly string[]).includes(bus));
  if (unknown.length > 0)
    throw new Error(`--bus must be one of ${busNames.join(", ")}, not ${unknown.join(", ")}`);
  if (values.sqs !== undefined && !/^https?:/.test(values.sqs))
    throw new Error("--sqs must be a URL: http://127.0.0.1:9324");
  if (values.kafka !== undefined && !/^[^\s:,/]+:\d+(,[^\s:,/]+:\d+)*$/.test(values.kafka))
    throw new Error("--kafka must be host:port, or several with commas between them");
  return { buses: busNames.filter((name) => buses.includes(name)), sqs: values.sqs, kafka: values.kafka };
}
