import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "@wirekit/core";
import { type Credentials, credentialsOf } from "../credentials.ts";
import { host } from "../run/ports.ts";
import { answersOk } from "../run/probes.ts";
import type { Place, Prepared } from "../run/recipe.ts";
import type { RunningServer } from "../run/running-server.ts";
import { type StartOptions, startServer } from "../run/start-server.ts";
import { keycloakProgram } from "./program.ts";
import { type Realm, realmFile } from "./realm.ts";

export interface KeycloakOptions extends StartOptions {
  /** Default: chosen. */
  readonly port?: number | undefined;
  /** The realm's name. Default: a UUID, always the same one. */
  readonly realm?: string | undefined;
  /** A public client. Default `event-ingestor`. */
  readonly clientId?: string | undefined;
  /** The one user of the realm. */
  readonly credentials?: Partial<Credentials> | undefined;
  /** How long an access token is valid. Default 60,000; whole seconds. */
  readonly tokenLifetimeMs?: number | undefined;
}

interface KeycloakFacts {
  /** What realms lie under: `http://127.0.0.1:18080/auth`. */
  readonly url: string;
  /** What tokens name as their issuer. */
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly realm: string;
  readonly clientId: string;
  readonly credentials: Credentials;
  readonly environment: Readonly<Record<string, string>>;
}

/** An OpenID Connect provider. A restart begins with the same realm and user, and with new keys. */
export type KeycloakServer = RunningServer<"http"> & KeycloakFacts;

const defaultRealm = "3f0c9a52-6b1d-4a59-9a53-0d6a2a1c7e11";

/** @throws MissingRequirementError, InstallError, StartError; ConfigError for what cannot be configured. */
export async function startKeycloak(options: KeycloakOptions = {}): Promise<KeycloakServer> {
  const realm = realmOf(options);
  return startServer<"http", KeycloakFacts>(
    {
      name: "keycloak",
      program: keycloakProgram,
      ports: { http: options.port },
      secrets: [realm.credentials.password],
      readyWithinMs: 300_000,
      prepare: (place) => prepare(place, realm),
    },
    options,
  );
}

function realmOf(options: KeycloakOptions): Realm {
  const { realm = defaultRealm, clientId = "event-ingestor", tokenLifetimeMs = 60_000 } = options;
  const tokenSeconds = tokenLifetimeMs / 1_000;
  if (!Number.isInteger(tokenSeconds) || tokenSeconds < 1)
    throw new ConfigError([{ path: "tokenLifetimeMs", message: "must be whole seconds, in milliseconds" }]);
  return { name: realm, clientId, tokenSeconds, credentials: credentialsOf(options.credentials) };
}

async function prepare(place: Place<"http">, realm: Realm): Promise<Prepared<KeycloakFacts>> {
  const { directory, ports } = place;
  const url = `http://${host}:${ports.http}/auth`;
  const issuer = `${url}/realms/${realm.name}`;
  const { credentials, clientId, name } = realm;
  await createHome(place, realm);
  return {
    launch: {
      command: join(directory, "bin", "kc.sh"),
      args: [
        "start",
        "--optimized",
        "--import-realm",
        "--http-enabled=true",
        `--http-host=${host}`,
        `--http-port=${ports.http}`,
        "--hostname-strict=false",
        // Keeps it from opening the ports of a cluster, on all addresses.
        "--cache=local",
      ],
      env: {
        JAVA_OPTS_KC_HEAP: "-Xms128m -Xmx512m",
        JAVA_OPTS_APPEND: `-XX:TieredStopAtLevel=1 -Djava.io.tmpdir=${join(directory, "tmp")}`,
      },
      cwd: directory,
    },
    isReady: async (log) =>
      log.includes("Listening on:") && answersOk(`${issuer}/.well-known/openid-configuration`),
    facts: {
      url,
      issuer,
      tokenUrl: `${issuer}/protocol/openid-connect/token`,
      realm: name,
      clientId,
      credentials,
      environment: {
        ORGANIZATION_ID: name,
        OIDC_USERNAME: credentials.username,
        OIDC_PASSWORD: credentials.password,
        OIDC_CLIENT_ID: clientId,
      },
    },
  };
}

/** Keycloak keeps its data in the home that `kc.sh` lies in, so each start gets a home of its own. */
async function createHome({ directory, installation }: Place<"http">, realm: Realm): Promise<void> {
  await mkdir(join(directory, "bin"));
  await mkdir(join(directory, "tmp"));
  await mkdir(join(directory, "data", "import"), { recursive: true });
  await copyFile(join(installation.directory, "bin", "kc.sh"), join(directory, "bin", "kc.sh"));
  for (const part of ["conf", "lib", "providers", "themes"])
    await symlink(join(installation.directory, part), join(directory, part));
  await writeFile(join(directory, "data", "import", "realm.json"), realmFile(realm), { mode: 0o600 });
}
