import { type InstallOptions, install } from "../install/installation.ts";
import { defaultKafkaVersion, kafkaClassPath, kafkaProgram } from "./program.ts";

/** A command, ready for `spawn`. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
}

/** Apache Kafka's own command-line tools, with the arguments that its documentation gives them. */
export interface KafkaConsoleTools {
  readonly version: string;
  /**
   * Reads a record from each line of its standard input: `["--bootstrap-server", address, "--topic",
   * "payments"]`. It is told to wait a minute for each acknowledgement; by itself it waits 1.5 seconds, tries
   * three times, and goes on without the record.
   */
  producer(args: readonly string[]): Invocation;
  /** Writes a record to each line of its standard output. */
  consumer(args: readonly string[]): Invocation;
  /** Creates, lists and describes topics. */
  topics(args: readonly string[]): Invocation;
  /** Describes groups and moves their offsets. */
  consumerGroups(args: readonly string[]): Invocation;
}

export interface KafkaConsoleToolsOptions extends InstallOptions {
  readonly version?: string | undefined;
}

/** Their classes moved from one package to the other between 3.9 and 4.0. */
const producers = {
  before4: "kafka.tools.ConsoleProducer",
  since4: "org.apache.kafka.tools.ConsoleProducer",
};

/**
 * The tools, installed with the broker's jars on first use.
 *
 * @throws MissingRequirementError, InstallError.
 */
export async function kafkaConsoleTools(options: KafkaConsoleToolsOptions = {}): Promise<KafkaConsoleTools> {
  const { version = defaultKafkaVersion } = options;
  const { directory } = await install(kafkaProgram(version), options);
  const tool =
    (main: string, ...patience: readonly string[]) =>
    (args: readonly string[]): Invocation => ({
      command: "java",
      args: [
        "-Xmx256m",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        kafkaClassPath(directory),
        main,
        ...patience,
        ...args,
      ],
    });
  return {
    version,
    producer: tool(
      Number.parseInt(version, 10) < 4 ? producers.before4 : producers.since4,
      "--request-timeout-ms",
      "60000",
    ),
    consumer: tool("org.apache.kafka.tools.consumer.ConsoleConsumer"),
    topics: tool("org.apache.kafka.tools.TopicCommand"),
    consumerGroups: tool("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"),
  };
}
