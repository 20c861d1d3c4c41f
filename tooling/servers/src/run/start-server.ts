import { rm } from "node:fs/promises";
import { ConfigError } from "@wirekit/core";
import { type CacheDirectory, cacheDirectory, createCacheDirectory } from "../cache-directory.ts";
import { CommandError } from "../errors/command-error.ts";
import { StartError } from "../errors/start-error.ts";
import { install } from "../install/installation.ts";
import type { Installation } from "../install/program.ts";
import { demand } from "../requirements/requirement.ts";
import { canListen, freePorts } from "./ports.ts";
import type { Recipe } from "./recipe.ts";
import { createRunDirectory, sweep } from "./run-directory.ts";
import { GuardedServer, type RunningServer } from "./running-server.ts";

/** What every start can be given. */
export interface StartOptions {
  /**
   * Ends the start, also in the middle of an installation; the call rejects with this signal's own reason.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * The longest that is waited for readiness, in milliseconds, without the installation. Default: the
   * server's own.
   */
  readonly readyWithinMs?: number | undefined;
  readonly cache?: CacheDirectory | undefined;
}

const maxTries = 5;

/**
 * Installs the server's program where that is due, and starts it. When another program takes one of the
 * chosen ports in the meantime, other ports are chosen.
 *
 * @throws MissingRequirementError, InstallError, StartError; ConfigError for a port that was asked for and is
 * taken; the signal's own reason.
 */
export async function startServer<Port extends string, Facts extends object>(
  recipe: Recipe<Port, Facts>,
  options: StartOptions = {},
): Promise<RunningServer<Port> & Facts> {
  const { cache = cacheDirectory(), signal } = options;
  signal?.throwIfAborted();
  const installation = await install(recipe.program, { cache, signal });
  await createCacheDirectory(cache);
  await sweep(cache);
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(recipe, { ...options, cache, installation });
    } catch (error) {
      const raced = error instanceof StartError && error.fault === "port-taken";
      if (!raced || tries === maxTries) throw await explained(error, recipe);
    }
  }
}

async function startOnce<Port extends string, Facts extends object>(
  recipe: Recipe<Port, Facts>,
  options: StartOptions & { readonly cache: CacheDirectory; readonly installation: Installation },
): Promise<RunningServer<Port> & Facts> {
  const { cache, installation, signal } = options;
  const { name, secrets } = recipe;
  const startedAt = performance.now();
  const { path: directory, logPath } = await createRunDirectory(name, cache);
  try {
    const ports = await choosePorts(recipe);
    const prepared = await recipe.prepare({ installation, directory, ports, logPath, signal });
    const server = await GuardedServer.start(
      {
        name,
        versions: installation.versions,
        ports,
        directory,
        logPath,
        installMs: installation.installedInMs,
        startedAt,
        readyWithinMs: options.readyWithinMs ?? recipe.readyWithinMs,
        secrets,
        prepared,
      },
      signal,
    );
    return Object.assign(server, prepared.facts);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function choosePorts<Port extends string>({
  name,
  ports,
}: Recipe<Port, object>): Promise<Readonly<Record<Port, number>>> {
  const names = Object.keys(ports) as Port[];
  const taken = new Set<number | undefined>(Object.values<number | undefined>(ports));
  const isFree = async (port: number) => !taken.has(port) && (await canListen(port));
  const chosen = await freePorts(names.length, { isFree });
  const entries = await Promise.all(
    names.map(async (portName, index) => {
      const asked = ports[portName];
      if (asked === undefined) return [portName, chosen[index]] as const;
      if (await canListen(asked)) return [portName, asked] as const;
      throw new ConfigError([
        { path: `${name}'s port ${portName}`, message: `must be a free one: another program has ${asked}` },
      ]);
    }),
  );
  return Object.fromEntries(entries) as Record<Port, number>;
}

/**
 * A program that was installed long ago may have lost what it runs on: that is what the caller needs to hear.
 */
async function explained(error: unknown, recipe: Recipe<string, object>): Promise<unknown> {
  const lacksSomething =
    error instanceof CommandError || (error instanceof StartError && error.fault !== "port-taken");
  if (!lacksSomething) return error;
  try {
    await demand(recipe.name, recipe.program.toRun);
    return error;
  } catch (missing) {
    return missing;
  }
}
