import type { KindoConfig } from "../config.ts";
import { credentialsSource, defaultCredentials } from "../signing/credentials-source.ts";
import { functionUrlTransport } from "./function-url.ts";
import { lambdaTransport } from "./lambda-invoke.ts";
import type { ProducerTransport } from "./producer-transport.ts";

/** The way to the service that the configuration names. Opens and loads nothing yet. */
export function openTransport(config: KindoConfig): ProducerTransport {
  const { target, region, clock, logger } = config;
  const credentials = credentialsSource({
    credentials: config.credentials ?? defaultCredentials(region),
    clock,
    logger,
  });
  return target.kind === "url"
    ? functionUrlTransport(config, target, credentials)
    : lambdaTransport(config, target, credentials);
}
