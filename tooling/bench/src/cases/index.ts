import type { BenchmarkCase } from "../harness/benchmark-case.ts";
import { awsConsuming, awsConsumingSlow } from "./aws-consuming.ts";
import { awsPublishing } from "./aws-publishing.ts";
import { awsSending } from "./aws-sending.ts";
import { kafkaConsuming, kafkaConsumingSlow } from "./kafka-consuming.ts";
import { kafkaProducing } from "./kafka-producing.ts";
import { loading } from "./loading.ts";
import { sending } from "./sending.ts";
import { signing } from "./signing.ts";

export const cases: readonly BenchmarkCase[] = [
  signing,
  sending,
  awsPublishing,
  awsSending,
  awsConsuming,
  awsConsumingSlow,
  kafkaProducing,
  kafkaConsuming,
  kafkaConsumingSlow,
  loading,
];
