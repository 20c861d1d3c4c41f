import { type InstallOptions, install } from "../install/installation.ts";
import { pythonOf, pythonProgram } from "../install/python.ts";

/** A Python environment with certain packages, and nothing else of the machine's. */
export interface PythonEnvironment {
  /**
   * The interpreter: `spawn(environment.python, ["client.py"])`. Tools of packages are run as `python -m`.
   */
  readonly python: string;
  /** Of every package in it, by its name in lower case. */
  readonly versions: Readonly<Record<string, string>>;
  /** How long this call took to install it, in milliseconds; 0 where it was there already. */
  readonly installMs: number;
}

/** What the clients import that Wirekit is tested against, at the versions it was tested with. */
export const clientPackages = {
  /** Kafka: Python's own client at the version that mykobo-py wants, and librdkafka's. */
  kafka: ["kafka-python==2.3.3", "confluent-kafka==2.16.1"],
  /** AWS: publishing, receiving and signing. */
  aws: ["boto3==1.44.5", "botocore==1.44.5"],
  /** Everything that mykobo-py imports. */
  mykobo: ["kafka-python==2.3.3", "boto3==1.44.5", "pydantic==2.14.3"],
  /** Everything that Kindo's client imports. */
  kindo: [
    "botocore==1.44.5",
    "boto3==1.44.5",
    "requests==2.34.2",
    "jsonschema==4.26.0",
    "python-dotenv==1.2.4",
  ],
} as const satisfies Record<string, readonly string[]>;

/**
 * An environment with exactly these packages and what they bring along, installed on first use:
 * `await pythonEnvironment(["boto3==1.44.5"])`.
 *
 * @throws MissingRequirementError, InstallError.
 */
export async function pythonEnvironment(
  packages: readonly string[],
  options: InstallOptions = {},
): Promise<PythonEnvironment> {
  const distinct = [...new Set(packages)];
  const program = await pythonProgram("python", distinct);
  const { directory, versions, installedInMs } = await install(program, options);
  return { python: pythonOf(directory), versions, installMs: installedInMs };
}
