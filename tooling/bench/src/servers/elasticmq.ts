import { awsMessagingConfig } from "@wirekit/aws-messaging";
import { startElasticMq } from "@wirekit/servers";
import { processorMsOf } from "./processor-time.ts";
import type { SqsServer } from "./sqs-server.ts";

/** Any: ElasticMQ looks at none. */
const credentials = { accessKeyId: "any", secretAccessKey: "any" };

/**
 * Room enough, and both of Java's compilers: it does so much for each message that the second one is worth
 * its while.
 */
const javaOptions = ["-Xms1g", "-Xmx1g", "-XX:+UseG1GC"];

/** Starts ElasticMQ, with its queues in memory. It does not count its requests. */
export async function startElasticMqServer(): Promise<SqsServer> {
  const server = await startElasticMq({ javaOptions });
  const { url, region } = server;
  return {
    description: `ElasticMQ ${server.versions.elasticmq}`,
    config: awsMessagingConfig({ endpointUrl: url, regionName: region, credentials }),
    clientSettings: { endpoint: url, region, credentials },
    traffic: async () => ({ processorMs: await processorMsOf(server.pid) }),
    close: () => server.stop(),
  };
}
