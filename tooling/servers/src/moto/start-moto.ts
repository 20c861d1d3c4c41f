import { fileURLToPath } from "node:url";
import type { Program } from "../install/program.ts";
import { pythonOf, pythonProgram } from "../install/python.ts";
import { host } from "../run/ports.ts";
import { answersOk } from "../run/probes.ts";
import type { RunningServer } from "../run/running-server.ts";
import { type StartOptions, startServer } from "../run/start-server.ts";
import { binarySnsAttributes } from "./binary-sns-attributes.ts";

export interface MotoOptions extends StartOptions {
  /** Default: chosen. */
  readonly port?: number | undefined;
  /**
   * After so many requests, every request needs a valid signature and a policy that allows it. Default:
   * never. `POST /moto-api/reset-auth` with another number as a `text/plain` body starts the count again.
   */
  readonly openCalls?: number | undefined;
}

interface MotoFacts {
  /** What the AWS SDK calls the endpoint, of every service. The account is 123456789012. */
  readonly url: string;
  readonly region: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** AWS in memory: SNS, SQS, KMS, IAM and Lambda's control API among others. A restart begins with nothing. */
export type MotoServer = RunningServer<"http"> & MotoFacts;

const region = "us-east-1";

const program = fileURLToPath(new URL("serve.py", import.meta.url));

/** Of the package's `server` extra, only what these services need: all of it is more than twice the size. */
export function motoProgram(): Promise<Program> {
  return pythonProgram("moto", ["moto==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"], binarySnsAttributes);
}

/** @throws MissingRequirementError, InstallError, StartError. */
export async function startMoto(options: MotoOptions = {}): Promise<MotoServer> {
  return startServer<"http", MotoFacts>(
    {
      name: "moto",
      program: await motoProgram(),
      ports: { http: options.port },
      secrets: [],
      readyWithinMs: 120_000,
      prepare: async ({ directory, installation, ports }) => {
        const url = `http://${host}:${ports.http}`;
        return {
          launch: {
            command: pythonOf(installation.directory),
            args: [program, "-H", host, "-p", String(ports.http)],
            env: { INITIAL_NO_AUTH_ACTION_COUNT: String(options.openCalls ?? "inf"), PYTHONUNBUFFERED: "1" },
            cwd: directory,
          },
          isReady: async (log) => log.includes("Running on") && answersOk(`${url}/moto-api/data.json`),
          facts: { url, region, environment: environmentOf(url) },
        };
      },
    },
    options,
  );
}

function environmentOf(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
  };
}
