import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { type Credentials, credentialsOf } from "../credentials.ts";
import { distribution, unpackDebs, unpackedProgram } from "../install/debian.ts";
import type { Program } from "../install/program.ts";
import { apt, openssl } from "../requirements/requirements.ts";
import { type Certificates, createCertificates } from "../run/certificates.ts";
import { host } from "../run/ports.ts";
import { accepts } from "../run/probes.ts";
import type { Place, Prepared } from "../run/recipe.ts";
import type { RunningServer } from "../run/running-server.ts";
import { type StartOptions, startServer } from "../run/start-server.ts";
import { runCommand } from "../run-command.ts";
import { type MosquittoPort, mosquittoConfiguration } from "./configuration.ts";

export interface MosquittoOptions extends StartOptions {
  /** Ports to use; the others are chosen. */
  readonly ports?: Partial<Record<MosquittoPort, number>> | undefined;
  /** For the listener that asks for them. */
  readonly credentials?: Partial<Credentials> | undefined;
  /** How many messages may be in flight: what CONNACK announces as Receive Maximum. Default 20. */
  readonly maxInflight?: number | undefined;
}

interface MosquittoFacts {
  readonly urls: {
    readonly mqtt: string;
    readonly mqtts: string;
    readonly ws: string;
    readonly wss: string;
    /** Plain MQTT, which asks for the credentials; the others ask for nothing. */
    readonly authenticated: string;
  };
  readonly credentials: Credentials;
  readonly certificates: Pick<Certificates, "ca" | "caPath">;
  readonly environment: Readonly<Record<string, string>>;
}

/** An MQTT 5 broker. A restart begins with nothing: neither sessions nor retained messages. */
export type MosquittoServer = RunningServer<MosquittoPort> & MosquittoFacts;

export async function mosquittoProgram(): Promise<Program> {
  const packages = ["mosquitto", "mosquitto-clients"];
  return {
    name: "mosquitto",
    wanted: { packages: packages.join(" "), distribution: await distribution() },
    toInstall: [apt],
    toRun: [openssl],
    install: (place) => unpackDebs(packages, place),
  };
}

/**
 * @throws MissingRequirementError, InstallError, StartError; ConfigError for credentials that cannot be
 * configured.
 */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<MosquittoServer> {
  const credentials = credentialsOf(options.credentials);
  const { mqtt, mqtts, ws, wss, authenticated } = options.ports ?? {};
  return startServer<MosquittoPort, MosquittoFacts>(
    {
      name: "mosquitto",
      program: await mosquittoProgram(),
      ports: { mqtt, mqtts, ws, wss, authenticated },
      secrets: [credentials.password],
      readyWithinMs: 60_000,
      prepare: (place) => prepare(place, credentials, options.maxInflight ?? 20),
    },
    options,
  );
}

async function prepare(
  { directory, installation, ports, logPath, signal }: Place<MosquittoPort>,
  credentials: Credentials,
  maxInflight: number,
): Promise<Prepared<MosquittoFacts>> {
  const certificates = await createCertificates(directory);
  const passwordPath = join(directory, "passwords");
  await writeFile(passwordPath, "", { mode: 0o600 });
  const { username, password } = credentials;
  const hash = unpackedProgram(installation.directory, "usr/bin/mosquitto_passwd");
  await runCommand(hash.command, ["-b", passwordPath, username, password], {
    env: { ...process.env, ...hash.env },
    logPath,
    signal,
    secrets: [password],
  });
  const configuration = join(directory, "mosquitto.conf");
  const runAs = userInfo().username;
  await writeFile(
    configuration,
    mosquittoConfiguration({ ports, certificates, passwordPath, maxInflight, runAs }),
  );
  const { command, env } = unpackedProgram(installation.directory, "usr/sbin/mosquitto");
  return {
    launch: { command, args: ["-c", configuration], env, cwd: directory },
    isReady: async (log) => / running$/m.test(log) && (await allAccept(Object.values(ports))),
    facts: factsOf(ports, credentials, certificates),
  };
}

async function allAccept(ports: readonly number[]): Promise<boolean> {
  return (await Promise.all(ports.map(accepts))).every(Boolean);
}

function factsOf(
  ports: Readonly<Record<MosquittoPort, number>>,
  credentials: Credentials,
  { ca, caPath }: Certificates,
): MosquittoFacts {
  return {
    urls: {
      mqtt: `mqtt://${host}:${ports.mqtt}`,
      mqtts: `mqtts://${host}:${ports.mqtts}`,
      ws: `ws://${host}:${ports.ws}/mqtt`,
      wss: `wss://${host}:${ports.wss}/mqtt`,
      authenticated: `mqtt://${host}:${ports.authenticated}`,
    },
    credentials,
    certificates: { ca, caPath },
    environment: { MQTT_USERNAME: credentials.username, MQTT_PASSWORD: credentials.password },
  };
}
