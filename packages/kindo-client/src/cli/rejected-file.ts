import { type FileHandle, open, stat, unlink } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { messageOf } from "@wirekit/core/kit";
import { LineNumbers } from "./line-numbers.ts";
import type { Line } from "./read-lines.ts";

/** Where the lines go: a name that was asked for, or the first that is free beside the input. */
export interface RejectedFileOptions {
  readonly path: string | undefined;
  /** The input's path; `-` is the standard input. */
  readonly input: string;
  /** Opens a file. Default: Node's own. */
  readonly openFile?: OpenFile | undefined;
}

/** Opens a file as `open` of `node:fs/promises` does. */
export type OpenFile = (path: string, flags: "wx+") => Promise<FileHandle>;

const maxNames = 1000;
const lineFeed = Buffer.from("\n");
const blockBytes = 64 * 1024;

/**
 * Opens the file before anything is sent: a line that could not be kept would be lost. No file that is there
 * already is ever written to: it may hold the lines of an earlier run.
 *
 * @throws Error when it cannot be written, or the name that was asked for is taken.
 */
export async function openRejectedFile({
  path,
  input,
  openFile = open,
}: RejectedFileOptions): Promise<RejectedFile> {
  const names = path === undefined ? [...namesBeside(input)] : [path];
  return new RejectedFile(await openFirst(names, openFile), () => openFirst(names, openFile));
}

interface OpenedFile {
  readonly path: string;
  readonly file: FileHandle;
}

/** The file that takes the lines which were not delivered. */
export class RejectedFile {
  /** Lines in it. */
  readonly kept = new LineNumbers();
  /** Lines that should be in it, and are not. */
  readonly lost = new LineNumbers();
  /** Why they are not. Once something has failed, nothing more is kept. */
  failure: string | undefined;

  #opened: OpenedFile;
  readonly #openAnother: () => Promise<OpenedFile>;
  /** The size of the whole lines in it. */
  #size = 0;
  // Lines may come from several places at once, and each has to stand in one piece.
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(opened: OpenedFile, openAnother: () => Promise<OpenedFile>) {
    this.#opened = opened;
    this.#openAnother = openAnother;
  }

  get path(): string {
    return this.#opened.path;
  }

  /**
   * Writes the line, or counts it as lost.
   *
   * @throws what the input throws instead of the rest of a long line.
   */
  keep(line: Line): Promise<void> {
    const kept = this.#writing.then(() => this.#append(line));
    this.#writing = kept.catch(() => {});
    return kept;
  }

  /** Closes it, and removes it if it is empty. If it is gone, its lines go to another file. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#isClosed) return;
    this.#isClosed = true;
    const isInPlace = await this.#isInPlace();
    const { file } = this.#opened;
    try {
      if (this.kept.count > 0 && !isInPlace) await this.#writeElsewhere();
      await this.#opened.file.close();
    } catch (thrown) {
      this.#fail(thrown);
      this.lost.addAll(this.kept);
      this.kept.clear();
      await file.close().catch(() => {});
      return;
    }
    if (this.kept.count === 0 && isInPlace) await unlink(this.path).catch(() => {});
  }

  async #append(line: Line): Promise<void> {
    if (this.failure !== undefined) return this.lost.add(line.number);
    let isWhole = false;
    try {
      let written = 0;
      for await (const piece of piecesOf(line)) {
        if (!(await this.#write(piece))) return;
        written += piece.byteLength;
      }
      if (!(await this.#write(lineFeed))) return;
      this.#size += written + lineFeed.byteLength;
      isWhole = true;
    } finally {
      if (isWhole) this.kept.add(line.number);
      else {
        this.lost.add(line.number);
        // Half a line would spoil the one behind it.
        await this.#opened.file.truncate(this.#size).catch(() => {});
      }
    }
  }

  async #write(bytes: Uint8Array): Promise<boolean> {
    try {
      await this.#opened.file.appendFile(bytes);
      return true;
    } catch (thrown) {
      this.#fail(thrown);
      return false;
    }
  }

  #fail(thrown: unknown): void {
    this.failure ??= `${this.path} cannot be written (${messageOf(thrown)})`;
  }

  /** Whether what stands under its name is the file that was opened. */
  async #isInPlace(): Promise<boolean> {
    try {
      const [own, found] = await Promise.all([this.#opened.file.stat(), stat(this.path)]);
      return own.ino === found.ino && own.dev === found.dev;
    } catch {
      return false;
    }
  }

  /** The name is gone, or another file's; what was written can still be read. */
  async #writeElsewhere(): Promise<void> {
    const { file } = this.#opened;
    const another = await this.#openAnother();
    try {
      const block = Buffer.alloc(blockBytes);
      for (let position = 0; position < this.#size; ) {
        const { bytesRead } = await file.read(block, 0, block.byteLength, position);
        if (bytesRead === 0) throw new Error("its lines cannot be read again");
        await another.file.appendFile(block.subarray(0, bytesRead));
        position += bytesRead;
      }
    } catch (thrown) {
      await another.file.close().catch(() => {});
      throw thrown;
    }
    this.#opened = another;
    await file.close().catch(() => {});
  }
}

async function* piecesOf(line: Line): AsyncGenerator<Uint8Array> {
  if (line.bytes === undefined) yield* line.pieces;
  else yield line.bytes;
}

async function openFirst(names: readonly string[], openFile: OpenFile): Promise<OpenedFile> {
  for (const path of names) {
    try {
      return { path, file: await openFile(path, "wx+") };
    } catch (thrown) {
      if ((thrown as { readonly code?: unknown }).code === "EEXIST") continue;
      const advice = "it takes the lines that are not delivered; name another with --rejected";
      throw new Error(`${path} cannot be written (${messageOf(thrown)}); ${advice}`, { cause: thrown });
    }
  }
  throw new Error(`${names.at(-1)} is there already; it may hold the lines of an earlier run`);
}

/** `orders.rejected.jsonl`, `orders.rejected-2.jsonl` ... */
function* namesBeside(input: string): Generator<string> {
  const extension = input === "-" ? ".jsonl" : extname(input);
  const stem = input === "-" ? "kindo-send" : join(dirname(input), basename(input, extension));
  yield `${stem}.rejected${extension}`;
  for (let number = 2; number <= maxNames; number += 1) yield `${stem}.rejected-${number}${extension}`;
}
