import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyJars } from "../install/maven.ts";
import type { Program } from "../install/program.ts";
import { java, maven } from "../requirements/requirements.ts";
import { type JavaOptions, javaOptionsOf, quickToStart } from "../run/java-options.ts";
import { host } from "../run/ports.ts";
import { answersOk } from "../run/probes.ts";
import type { Place, Prepared } from "../run/recipe.ts";
import type { RunningServer } from "../run/running-server.ts";
import { type StartOptions, startServer } from "../run/start-server.ts";

export interface ElasticMqOptions extends StartOptions, JavaOptions {
  /** Default: chosen. */
  readonly port?: number | undefined;
  /**
   * Where queues and messages are kept: a restart loses those in `memory` (the default), and keeps those on
   * `disk`.
   */
  readonly persistence?: "memory" | "disk" | undefined;
}

interface ElasticMqFacts {
  /** What the AWS SDK calls the endpoint. The account is 000000000000. */
  readonly url: string;
  readonly region: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A queue server that speaks SQS. It takes any credentials. */
export type ElasticMqServer = RunningServer<"http"> & ElasticMqFacts;

const version = "1.7.1";
const region = "us-east-1";
const small = ["-Xmx256m", ...quickToStart];

export const elasticMqProgram: Program = {
  name: "elasticmq",
  wanted: { elasticmq: version },
  toInstall: [maven],
  toRun: [java],
  install: async (place) => {
    const group = "org.elasticmq";
    await copyJars([{ group, name: "elasticmq-server_2.13", version, brings: "all" }], place);
    return { elasticmq: version };
  },
};

/** @throws MissingRequirementError, InstallError, StartError; ConfigError for `javaOptions` that are none. */
export async function startElasticMq(options: ElasticMqOptions = {}): Promise<ElasticMqServer> {
  const { persistence = "memory" } = options;
  const javaOptions = javaOptionsOf(options, small);
  return startServer<"http", ElasticMqFacts>(
    {
      name: "elasticmq",
      program: elasticMqProgram,
      ports: { http: options.port },
      secrets: [],
      readyWithinMs: 180_000,
      prepare: (place) => prepare(place, persistence, javaOptions),
    },
    options,
  );
}

async function prepare(
  { directory, installation, ports }: Place<"http">,
  persistence: "memory" | "disk",
  javaOptions: readonly string[],
): Promise<Prepared<ElasticMqFacts>> {
  const url = `http://${host}:${ports.http}`;
  const configuration = join(directory, "elasticmq.conf");
  await writeFile(configuration, configurationOf(ports.http, directory, persistence));
  return {
    launch: {
      command: "java",
      args: [
        ...javaOptions,
        `-Dconfig.file=${configuration}`,
        "-cp",
        join(installation.directory, "lib", "*"),
        "org.elasticmq.server.Main",
      ],
      cwd: directory,
    },
    isReady: async (log) => log.includes("=== ElasticMQ server") && answersOk(`${url}/?Action=ListQueues`),
    facts: {
      url,
      region,
      environment: {
        AWS_ENDPOINT_URL_SQS: url,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: "any",
        AWS_SECRET_ACCESS_KEY: "any",
      },
    },
  };
}

function configurationOf(port: number, directory: string, persistence: "memory" | "disk"): string {
  return `include classpath("application.conf")
node-address { protocol = http, host = "${host}", port = ${port} }
rest-sqs { enabled = true, bind-hostname = "${host}", bind-port = ${port}, sqs-limits = strict }
rest-stats.enabled = false
aws { region = "${region}", accountId = "000000000000" }
${persistence === "disk" ? storageOf(directory) : ""}`;
}

/**
 * H2 writes half a second late unless it is told not to, and what was acknowledged must survive a SIGKILL.
 */
function storageOf(directory: string): string {
  const uri = JSON.stringify(`jdbc:h2:${join(directory, "messages")};WRITE_DELAY=0`);
  return `messages-storage { enabled = true, driver-class = "org.h2.Driver", uri = ${uri}, username = "", password = "" }
`;
}
