import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterEach, beforeEach } from "@jest/globals";
import type { Env } from "@wirekit/core";
import { main, type Terminal } from "../../src/cli/main.ts";
import { aMessage, credentials } from "../messages.ts";
import { closeAll } from "../stack.ts";

/** The folder of a test, which is made before it and removed after it. */
export let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kindo-send-"));
});
afterEach(async () => {
  await closeAll();
  await rm(directory, { recursive: true });
});

export const env: Env = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
};
export const line = (number: number) => JSON.stringify(aMessage({ payload: { number } }));
export const lines = (count: number) => Array.from({ length: count }, (_, number) => line(number));
export const isNumber = (number: number) => (request: { readonly body?: Buffer | undefined }) =>
  request.body?.includes(`"number": ${number}}`) ?? false;

export class Screen extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor({ isTTY = false } = {}) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
  clearLine(): void {}
  cursorTo(): void {}
}

export interface Run {
  readonly exit: Promise<number>;
  readonly out: Screen;
  readonly err: Screen;
  interrupt(): void;
}

/** Runs the command in this process. */
export function run(
  args: readonly string[],
  given: Partial<Pick<Terminal, "env" | "stdin" | "openFile">> & { readonly out?: Screen } = {},
): Run {
  const { stdin = Readable.from([]), out = new Screen() } = given;
  const err = new Screen();
  let interrupt = () => {};
  const exit = main({
    args,
    env: given.env ?? env,
    stdin,
    stdout: out,
    stderr: err,
    openFile: given.openFile,
    onInterrupt(interrupted) {
      interrupt = interrupted;
      return () => {
        interrupt = () => {};
      };
    },
  });
  return { exit, out, err, interrupt: () => interrupt() };
}

export async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

export const read = (path: string) => readFile(path, "utf8");
