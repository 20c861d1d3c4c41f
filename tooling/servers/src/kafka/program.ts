import { join } from "node:path";
import { copyJars } from "../install/maven.ts";
import type { Program } from "../install/program.ts";
import { java, maven, openssl } from "../requirements/requirements.ts";

export const defaultKafkaVersion = "3.9.2";

/** Apache Kafka's jars: the broker's, and those of its command-line tools. */
export function kafkaProgram(version: string = defaultKafkaVersion): Program {
  return {
    name: "kafka",
    wanted: { kafka: version },
    toInstall: [maven],
    toRun: [java, openssl],
    install: async (place) => {
      await copyJars(
        [
          { group: "org.apache.kafka", name: "kafka_2.13", version, brings: "all" },
          // The tools need the broker's jars, and of their own only what belongs to Kafka Connect.
          { group: "org.apache.kafka", name: "kafka-tools", version, brings: "itself" },
          // The broker needs a log4j 1 API at run time; its own POM names none.
          { group: "org.slf4j", name: "slf4j-reload4j", version: "1.7.36", brings: "all" },
        ],
        place,
      );
      return { kafka: version };
    },
  };
}

export function kafkaClassPath(directory: string): string {
  return join(directory, "lib", "*");
}
