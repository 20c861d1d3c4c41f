export { type CacheDirectory, cacheDirectory } from "./cache-directory.ts";
export { type Credentials, defaultCredentials } from "./credentials.ts";
export {
  type ElasticMqOptions,
  type ElasticMqServer,
  startElasticMq,
} from "./elasticmq/start-elasticmq.ts";
export { CommandError } from "./errors/command-error.ts";
export { InstallError } from "./errors/install-error.ts";
export { type MissingRequirement, MissingRequirementError } from "./errors/missing-requirement-error.ts";
export { StartError, type StartFault } from "./errors/start-error.ts";
export type { InstallOptions } from "./install/installation.ts";
export type { KafkaPort } from "./kafka/broker-properties.ts";
export {
  type Invocation,
  type KafkaConsoleTools,
  type KafkaConsoleToolsOptions,
  kafkaConsoleTools,
} from "./kafka/console-tools.ts";
export { type KafkaOptions, type KafkaServer, startKafka } from "./kafka/start-kafka.ts";
export { type KeycloakOptions, type KeycloakServer, startKeycloak } from "./keycloak/start-keycloak.ts";
export { isCi, lackOf, type Need, sayNotRun } from "./lack.ts";
export type { MosquittoPort } from "./mosquitto/configuration.ts";
export { type MosquittoOptions, type MosquittoServer, startMosquitto } from "./mosquitto/start-mosquitto.ts";
export { type MotoOptions, type MotoServer, startMoto } from "./moto/start-moto.ts";
export { clientPackages, type PythonEnvironment, pythonEnvironment } from "./python/python-environment.ts";
export { type RedisOptions, type RedisServer, startRedis } from "./redis/start-redis.ts";
export { freePorts } from "./run/ports.ts";
export type { RestartOptions, RunningServer, ServerState } from "./run/running-server.ts";
export type { StartOptions } from "./run/start-server.ts";
