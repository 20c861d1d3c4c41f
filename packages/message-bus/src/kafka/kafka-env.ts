import { ConfigError, type Env } from "@wirekit/core";
import { env as parsers, readEnv } from "@wirekit/core/kit";
import { type KafkaMessageBusOptions, resolveKafkaOptions } from "./kafka-options.ts";

/** Which variable gives which option. */
const variableOf = {
  bootstrapServers: "KAFKA_BOOTSTRAP_SERVERS",
  securityProtocol: "KAFKA_API_PROTOCOL",
  saslMechanism: "KAFKA_API_SASL_MECHANISM",
  userName: "KAFKA_API_KEY",
  password: "KAFKA_API_SECRET",
} as const;

type FromEnv = keyof typeof variableOf;

/**
 * The options as the environment gives them, where `overrides` does not.
 *
 * @throws ConfigError naming every variable and option at fault, and no value.
 */
export function kafkaOptionsFromEnv(
  env: Env,
  overrides: KafkaMessageBusOptions = {},
): KafkaMessageBusOptions {
  // A variable that is overridden is not looked at: whoever overrides it may do so because it is not usable.
  const names = (Object.keys(variableOf) as FromEnv[]).filter((name) => overrides[name] === undefined);
  const given: Record<string, string | undefined> = {};
  for (const name of names) {
    const text = readEnv(env, { value: { name: variableOf[name], parse: parsers.text } }).value;
    if (text !== undefined) given[name] = text;
  }
  // What is no protocol or mechanism is found, and named, by the check of all options.
  const options: KafkaMessageBusOptions = { ...overrides, ...(given as KafkaMessageBusOptions) };
  try {
    resolveKafkaOptions(options);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    throw new ConfigError(thrown.issues.map((issue) => withVariable(issue, names)));
  }
  return options;
}

function withVariable(issue: ConfigError["issues"][number], names: readonly FromEnv[]) {
  const name = names.find((candidate) => candidate === issue.path);
  if (name === undefined) return issue;
  return { path: variableOf[name], message: `(or the option ${name}) ${issue.message}` };
}
