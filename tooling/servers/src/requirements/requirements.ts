import { CommandError } from "../errors/command-error.ts";
import { runCommand } from "../run-command.ts";
import type { Requirement } from "./requirement.ts";

const javaVersion = 17;
const pythonVersion = "3.10";
/** A command that only says its version, on a machine that has much to do. */
const answerWithinMs = 60_000;

export const java: Requirement = {
  name: `Java ${javaVersion} or later`,
  installWith: `sudo apt-get install openjdk-${javaVersion}-jre-headless`,
  isMet: async (env) => {
    // The version is printed to stderr: `openjdk version "17.0.15" 2025-04-15`; before 9 it began with "1.".
    const major = Number(/version "(\d+)/.exec((await answer(env, "java", "-version")) ?? "")?.[1]);
    return major >= javaVersion;
  },
};

export const maven: Requirement = {
  name: "Maven",
  installWith: "sudo apt-get install maven",
  isMet: async (env) => (await answer(env, "mvn", "--version")) !== undefined,
};

export const python: Requirement = {
  name: `Python ${pythonVersion} or later with venv`,
  installWith: "sudo apt-get install python3 python3-venv",
  isMet: async (env) => {
    // Debian has ensurepip in a package of its own, and a venv without it has no pip.
    const check = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${pythonVersion.replace(".", ", ")}))`;
    return (await answer(env, "python3", "-c", check)) !== undefined;
  },
};

export const apt: Requirement = {
  name: "apt of Debian or Ubuntu",
  installWith: "sudo apt-get install apt dpkg, on such a system; other systems have other packages",
  isMet: async (env) => {
    const [get, deb] = await Promise.all([
      answer(env, "apt-get", "--version"),
      answer(env, "dpkg-deb", "--version"),
    ]);
    return get !== undefined && deb !== undefined;
  },
};

export const openssl: Requirement = {
  name: "openssl",
  installWith: "sudo apt-get install openssl",
  isMet: async (env) => (await answer(env, "openssl", "version")) !== undefined,
};

export const tar: Requirement = {
  name: "tar and gzip",
  installWith: "sudo apt-get install tar gzip",
  isMet: async (env) => {
    const [tarVersion, gzipVersion] = await Promise.all([
      answer(env, "tar", "--version"),
      answer(env, "gzip", "--version"),
    ]);
    return tarVersion !== undefined && gzipVersion !== undefined;
  },
};

/** What the command printed; `undefined` where there is none, or where it fails. */
async function answer(
  env: NodeJS.ProcessEnv,
  command: string,
  ...args: string[]
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await runCommand(command, args, { env, timeoutMs: answerWithinMs });
    return `${stdout}\n${stderr}`;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
