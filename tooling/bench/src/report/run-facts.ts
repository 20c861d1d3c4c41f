import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { arch, cpus, loadavg, platform, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** When, where and of what something was measured: without it, figures say nothing. */
export interface RunFacts {
  /** ISO 8601, in UTC. */
  readonly date: string;
  readonly machine: {
    readonly processors: number;
    readonly model: string;
    readonly memoryBytes: number;
    readonly system: string;
    /** How many processes wanted a processor, on average over the minute before: what else was going on. */
    readonly load: number;
  };
  readonly node: string;
  /** Of the repository; `undefined` where that is not known. */
  readonly commit: string | undefined;
  /** By name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly rounds: number;
}

/** What is measured, and what it is measured beside. */
const measuredPackages = [
  "@wirekit/core",
  "@wirekit/aws-messaging",
  "@wirekit/kindo-client",
  "@wirekit/message-bus",
  "@aws-sdk/client-sqs",
  "@platformatic/kafka",
  "kafkajs",
  "sqs-consumer",
] as const;

export async function collectRunFacts(rounds: number): Promise<RunFacts> {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    machine: {
      processors: processors.length,
      model: processors[0]?.model.trim() ?? "unknown",
      memoryBytes: totalmem(),
      system: `${platform()} ${arch()}`,
      load: loadavg()[0] ?? Number.NaN,
    },
    node: process.version,
    commit: await commitOf(),
    packages: Object.fromEntries(
      await Promise.all(measuredPackages.map(async (name) => [name, await versionOf(name)] as const)),
    ),
    rounds,
  };
}

/** Read from the folder, because not every package lets its package.json be imported. */
async function versionOf(name: string): Promise<string> {
  const text = await readFile(new URL(`../../node_modules/${name}/package.json`, import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

async function commitOf(): Promise<string | undefined> {
  try {
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    const { stdout } = await promisify(execFile)("git", ["describe", "--always", "--dirty"], { cwd });
    return stdout.trim();
  } catch {
    // No git, or no repository: the sources may have come as an archive.
    return undefined;
  }
}
