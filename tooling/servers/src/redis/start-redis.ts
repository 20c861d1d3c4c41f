import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { credentialsOf } from "../credentials.ts";
import { distribution, unpackDebs, unpackedProgram } from "../install/debian.ts";
import type { Program } from "../install/program.ts";
import { apt } from "../requirements/requirements.ts";
import { host } from "../run/ports.ts";
import { exchange } from "../run/probes.ts";
import type { Place, Prepared } from "../run/recipe.ts";
import type { RunningServer } from "../run/running-server.ts";
import { type StartOptions, startServer } from "../run/start-server.ts";

export interface RedisOptions extends StartOptions {
  /** Default: chosen. */
  readonly port?: number | undefined;
  /** What clients have to say first. Default: nothing. */
  readonly password?: string | undefined;
  /**
   * `disk` (the default) writes every change before it is acknowledged, and a restart keeps all of them;
   * `memory` writes nothing, is faster, and a restart begins empty.
   */
  readonly persistence?: "memory" | "disk" | undefined;
}

interface RedisFacts {
  /** With the password, where there is one: `redis://127.0.0.1:16379`. */
  readonly url: string;
  readonly address: { readonly host: string; readonly port: number };
  readonly password: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export type RedisServer = RunningServer<"redis"> & RedisFacts;

export async function redisProgram(): Promise<Program> {
  const packages = ["redis-server", "redis-tools"];
  return {
    name: "redis",
    wanted: { packages: packages.join(" "), distribution: await distribution() },
    toInstall: [apt],
    toRun: [],
    install: (place) => unpackDebs(packages, place),
  };
}

/**
 * @throws MissingRequirementError, InstallError, StartError; ConfigError for a password that cannot be
 * configured.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { port, password, persistence = "disk" } = options;
  if (password !== undefined) credentialsOf({ password });
  return startServer<"redis", RedisFacts>(
    {
      name: "redis",
      program: await redisProgram(),
      ports: { redis: port },
      secrets: password === undefined ? [] : [password],
      readyWithinMs: 60_000,
      prepare: (place) => prepare(place, password, persistence),
    },
    options,
  );
}

async function prepare(
  { directory, installation, ports }: Place<"redis">,
  password: string | undefined,
  persistence: "memory" | "disk",
): Promise<Prepared<RedisFacts>> {
  const port = ports.redis;
  const configuration = join(directory, "redis.conf");
  const lines = [
    `bind ${host}`,
    `port ${port}`,
    `dir ${JSON.stringify(directory)}`,
    'save ""',
    ...(persistence === "disk" ? ["appendonly yes", "appendfsync always"] : ["appendonly no"]),
    ...(password === undefined ? [] : [`requirepass ${password}`]),
  ];
  await writeFile(configuration, `${lines.join("\n")}\n`, { mode: 0o600 });
  const { command, env } = unpackedProgram(installation.directory, "usr/bin/redis-server");
  const url = `redis://${password === undefined ? "" : `:${password}@`}${host}:${port}`;
  return {
    launch: { command, args: [configuration], env, cwd: directory },
    isReady: async (log) => log.includes("Ready to accept connections") && answersPing(port, password),
    facts: { url, address: { host, port }, password, environment: { REDIS_URL: url } },
  };
}

/** While it still reads its data, it answers that it is loading. */
async function answersPing(port: number, password: string | undefined): Promise<boolean> {
  const say = `${password === undefined ? "" : `AUTH ${password}\r\n`}PING\r\n`;
  const lines = password === undefined ? 1 : 2;
  const answer = await exchange(port, { say, until: (text) => text.split("\r\n").length > lines });
  return answer?.includes("+PONG") ?? false;
}
