import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Program } from "../../src/install/program.ts";
import type { Recipe } from "../../src/run/recipe.ts";

export type FakeMode = "works" | "fails" | "never-ready" | "meets-a-taken-port-once";

export interface FakeFacts {
  readonly url: string;
}

/** What the fake server answers. */
export interface FakeAnswer {
  readonly pid: number;
  readonly childPid: number;
  /** How often it was started on its folder. */
  readonly starts: number;
}

const script = fileURLToPath(new URL("fake-server.mjs", import.meta.url));

export const fakeProgram: Program = {
  name: "fake",
  wanted: { fake: "1" },
  toInstall: [],
  toRun: [],
  install: async ({ directory }) => {
    await copyFile(script, join(directory, "fake-server.mjs"));
    return { fake: "1" };
  },
};

export function fakeRecipe(
  options: {
    readonly mode?: FakeMode;
    readonly port?: number;
    readonly command?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Recipe<"http", FakeFacts> {
  const { mode = "works", port, command = process.execPath, env } = options;
  return {
    name: "fake",
    program: fakeProgram,
    ports: { http: port },
    secrets: ["open-sesame"],
    readyWithinMs: 120_000,
    prepare: async ({ directory, installation, ports }) => ({
      launch: {
        command,
        args: [join(installation.directory, "fake-server.mjs"), String(ports.http), mode],
        env,
        cwd: directory,
      },
      isReady: async (log) => /^listening$/m.test(log),
      facts: { url: `http://127.0.0.1:${ports.http}/` },
    }),
  };
}

/** Asks the fake server about itself; rejects where it does not answer. */
export async function ask(server: FakeFacts, signal?: AbortSignal): Promise<FakeAnswer> {
  const response = await fetch(server.url, signal === undefined ? {} : { signal });
  return (await response.json()) as FakeAnswer;
}
