import { elasticMqProgram, startElasticMq } from "./elasticmq/start-elasticmq.ts";
import type { Program } from "./install/program.ts";
import { kafkaProgram } from "./kafka/program.ts";
import { startKafka } from "./kafka/start-kafka.ts";
import { keycloakProgram } from "./keycloak/program.ts";
import { startKeycloak } from "./keycloak/start-keycloak.ts";
import { mosquittoProgram, startMosquitto } from "./mosquitto/start-mosquitto.ts";
import { motoProgram, startMoto } from "./moto/start-moto.ts";
import { redisProgram, startRedis } from "./redis/start-redis.ts";
import type { RunningServer } from "./run/running-server.ts";
import type { StartOptions } from "./run/start-server.ts";

/** What a person needs to use a server. */
export interface Offer {
  readonly server: RunningServer;
  /** By name, for people: `{ plaintext: "127.0.0.1:25926" }`. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The variables that point programs at it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One kind of server. */
export interface Kind {
  program(): Program | Promise<Program>;
  /** The names of its ports; the first is meant where none is named. */
  readonly ports: readonly string[];
  /** @param ports those asked for, by name. */
  start(ports: Readonly<Record<string, number>>, options: StartOptions): Promise<Offer>;
}

export const serverNames = ["kafka", "elasticmq", "moto", "redis", "mosquitto", "keycloak"] as const;
export type ServerName = (typeof serverNames)[number];

export const servers: Readonly<Record<ServerName, Kind>> = {
  kafka: {
    program: () => kafkaProgram(),
    ports: ["plaintext", "ssl", "saslPlaintext", "saslSsl", "controller"],
    start: async (ports, options) => {
      const server = await startKafka({ ...options, ports });
      const { username, password } = server.credentials;
      const sasl = { "sasl user": username, "sasl password": password, "tls ca": server.certificates.caPath };
      return { server, addresses: { ...server.addresses, ...sasl }, environment: server.environment };
    },
  },
  elasticmq: {
    program: () => elasticMqProgram,
    ports: ["http"],
    start: async ({ http }, options) => offerUrl(await startElasticMq({ ...options, port: http })),
  },
  moto: {
    program: motoProgram,
    ports: ["http"],
    start: async ({ http }, options) => offerUrl(await startMoto({ ...options, port: http })),
  },
  redis: {
    program: redisProgram,
    ports: ["redis"],
    start: async ({ redis }, options) => offerUrl(await startRedis({ ...options, port: redis })),
  },
  mosquitto: {
    program: mosquittoProgram,
    ports: ["mqtt", "mqtts", "ws", "wss", "authenticated"],
    start: async (ports, options) => {
      const server = await startMosquitto({ ...options, ports });
      const addresses = { ...server.urls, "tls ca": server.certificates.caPath };
      return { server, addresses, environment: server.environment };
    },
  },
  keycloak: {
    program: () => keycloakProgram,
    ports: ["http"],
    start: async ({ http }, options) => {
      const server = await startKeycloak({ ...options, port: http });
      const { url, issuer, tokenUrl, environment } = server;
      return { server, addresses: { url, issuer, token: tokenUrl }, environment };
    },
  },
};

function offerUrl(
  server: RunningServer & {
    readonly url: string;
    readonly environment: Readonly<Record<string, string>>;
  },
): Offer {
  return { server, addresses: { url: server.url }, environment: server.environment };
}
