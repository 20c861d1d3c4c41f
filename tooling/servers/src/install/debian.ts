import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";
import type { InstallPlace } from "./program.ts";

/**
 * Unpacks Debian packages, and what they miss on this system, below `root`. Nothing is installed system-wide,
 * so neither root nor a service manager is needed. The package lists are fetched into a folder of our own:
 * the system's may be old or absent, and only root may renew them. Resolves to the versions of the packages
 * asked for.
 */
export async function unpackDebs(
  packages: readonly string[],
  { directory, logPath, signal }: InstallPlace,
): Promise<Readonly<Record<string, string>>> {
  const work = join(directory, "apt");
  const debs = join(work, "debs");
  for (const path of ["state/lists/partial", "cache/archives/partial", "debs"])
    await mkdir(join(work, path), { recursive: true });
  const options = aptOptions(work);
  const apt = (...args: readonly string[]) =>
    runCommand("apt-get", [...options, ...args], { cwd: debs, logPath, signal });

  await apt("update", "-qq");
  const plan = await apt("install", "--simulate", "--no-install-recommends", ...packages);
  const needed = new Set([...packages, ...installedBy(plan.stdout)]);
  await apt("download", "-qq", ...needed);

  const versions: Record<string, string> = {};
  for (const file of await readdir(debs)) {
    const path = join(debs, file);
    await runCommand("dpkg-deb", ["--extract", path, join(directory, "root")], { logPath, signal });
    const shown = await runCommand("dpkg-deb", ["--show", path]);
    const [name = file, version = ""] = shown.stdout.trim().split("\t");
    if (packages.includes(name)) versions[name] = version;
  }
  await rm(work, { recursive: true });
  return versions;
}

/**
 * The packages that a simulated installation would add: its lines are `Inst libcjson1 (1.7.15 Debian:12
 * [amd64])`.
 */
export function installedBy(plan: string): readonly string[] {
  return [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? "").filter((name) => name !== "");
}

/** How a program below `root` is run with the libraries beside it. */
export function unpackedProgram(
  directory: string,
  path: string,
): { readonly command: string; readonly env: Readonly<Record<string, string>> } {
  const libraries = [`usr/lib/${triplet()}`, `lib/${triplet()}`].map((part) => join(directory, "root", part));
  return {
    command: join(directory, "root", path),
    env: { LD_LIBRARY_PATH: libraries.join(":") },
  };
}

/** The system that the packages are of: those of one release do not run on another. */
export async function distribution(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, "m").exec(text)?.[1] ?? "unknown";
  return `${field("ID")} ${field("VERSION_ID")}`;
}

function aptOptions(work: string): readonly string[] {
  return [
    `Dir::State=${join(work, "state")}`,
    `Dir::Cache=${join(work, "cache")}`,
    // What is installed is still the system's to say.
    "Dir::State::status=/var/lib/dpkg/status",
    // Run by root, apt would download as a user who may not write here.
    `APT::Sandbox::User=${userInfo().username}`,
  ].flatMap((option) => ["-o", option]);
}

function triplet(): string {
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  return `${machine}-linux-gnu`;
}
