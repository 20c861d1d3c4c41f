import { access, type FileHandle, open } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";

/** The file that takes the lines which were not delivered. Made with the first of them. */
export interface RejectedFile {
  /** Its path, once there is one. */
  readonly path: string | undefined;
  /** Lines in it. */
  readonly lines: number;
  write(line: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Where the lines go: a name that was asked for, or the first that is free beside the input. */
export interface RejectedFileOptions {
  readonly path: string | undefined;
  /** The input's path; `-` is the standard input. */
  readonly input: string;
}

const maxNames = 1000;

/**
 * No file that is there already is ever written to: it may hold the lines of an earlier run.
 *
 * @throws Error when the name that was asked for is taken.
 */
export async function rejectedFile({ path, input }: RejectedFileOptions): Promise<RejectedFile> {
  if (path !== undefined && (await exists(path))) {
    throw new Error(`${path} is there already; it may hold the lines of an earlier run`);
  }
  const names = path === undefined ? namesBeside(input) : [path];
  let opened: { readonly path: string; readonly file: FileHandle } | undefined;
  // Lines may come from several places at once, and each has to stand in one piece.
  let writing: Promise<void> = Promise.resolve();
  let lines = 0;

  async function append(line: Uint8Array): Promise<void> {
    opened ??= await openFirst(names);
    await opened.file.appendFile(Buffer.concat([line, Buffer.from("\n")]));
    lines += 1;
  }
  return {
    get path() {
      return opened?.path;
    },
    get lines() {
      return lines;
    },
    write(line) {
      writing = writing.then(() => append(line));
      return writing;
    },
    async close() {
      await opened?.file.close();
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function openFirst(names: Iterable<string>) {
  let taken: unknown;
  for (const path of names) {
    try {
      return { path, file: await open(path, "wx") };
    } catch (thrown) {
      if ((thrown as { readonly code?: unknown }).code !== "EEXIST") throw thrown;
      taken = thrown;
    }
  }
  throw taken;
}

/** `orders.rejected.jsonl`, `orders.rejected-2.jsonl` ... */
function* namesBeside(input: string): Generator<string> {
  const extension = input === "-" ? ".jsonl" : extname(input);
  const stem = input === "-" ? "kindo-send" : join(dirname(input), basename(input, extension));
  yield `${stem}.rejected${extension}`;
  for (let number = 2; number <= maxNames; number += 1) yield `${stem}.rejected-${number}${extension}`;
}
