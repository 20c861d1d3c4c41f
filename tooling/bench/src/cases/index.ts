import type { BenchmarkCase } from "../harness/benchmark-case.ts";
import { startApacheKafka } from "../servers/apache-kafka.ts";
import { startAwsProcess } from "../servers/aws-process.ts";
import { startElasticMqServer } from "../servers/elasticmq.ts";
import { startKafkaProcess } from "../servers/kafka-process.ts";
import type { KafkaSetup } from "../servers/kafka-server.ts";
import type { SqsSetup } from "../servers/sqs-server.ts";
import { awsConsuming, awsConsumingSlow } from "./aws-consuming.ts";
import { awsPublishing } from "./aws-publishing.ts";
import { awsSending } from "./aws-sending.ts";
import { kafkaConsuming, kafkaConsumingSlow } from "./kafka-consuming.ts";
import { kafkaProducing } from "./kafka-producing.ts";
import { loading } from "./loading.ts";
import { sending } from "./sending.ts";
import { signing } from "./signing.ts";

const embedded: { readonly kafka: KafkaSetup; readonly sqs: SqsSetup } = {
  kafka: { needs: [], startServer: startKafkaProcess },
  sqs: { needs: [], startServer: startAwsProcess },
};

const real: { readonly kafka: KafkaSetup; readonly sqs: SqsSetup } = {
  kafka: { needs: ["kafka"], startServer: startApacheKafka, original: { sends: 830, receives: 1_082 } },
  sqs: { needs: ["elasticmq"], startServer: startElasticMqServer },
};

/**
 * The cases by what their servers are: embedded ones, which count what they are asked, or those that others
 * run.
 */
export const cases: Readonly<Record<"embedded" | "real", readonly BenchmarkCase[]>> = {
  embedded: [
    signing,
    sending,
    awsPublishing,
    ...sqsCases(embedded.sqs),
    ...kafkaCases(embedded.kafka),
    loading,
  ],
  real: [...sqsCases(real.sqs), ...kafkaCases(real.kafka)],
};

function sqsCases(setup: SqsSetup): readonly BenchmarkCase[] {
  return [awsSending(setup), awsConsuming(setup), awsConsumingSlow(setup)];
}

function kafkaCases(setup: KafkaSetup): readonly BenchmarkCase[] {
  return [kafkaProducing(setup), kafkaConsuming(setup), kafkaConsumingSlow(setup)];
}
